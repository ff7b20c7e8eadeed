import { LineLayer, type LineLayerProps } from '@deck.gl/layers'

// A line of no length has no direction; its corners must still be numbers, or a driver may draw anything.
const GUARD = 'if (!(dot(size.xy, size.xy) < 1e12)) size = vec3(0.0);'

/** Straight lines of which many may have no length (hidden tracks, tracks without a past): those draw nothing. */
export class LeaderLayer extends LineLayer {
  static override layerName = 'LeaderLayer'

  override getShaders(): ReturnType<LineLayer['getShaders']> {
    return { ...super.getShaders(), inject: { 'vs:DECKGL_FILTER_SIZE': GUARD } }
  }
}

const fading = {
  name: 'fading',
  vs: `layout(std140) uniform fadingUniforms {
  float columns;
  float rows;
} fading;`,
  uniformTypes: { columns: 'f32', rows: 'f32' },
} as const

interface FadingProps {
  /** Segments of one step in time lie beside each other, oldest step first: so many in a step, so many steps. */
  columns: number
  rows: number
}

/** Trails: the older a segment, the fainter. */
export class TrailLayer extends LineLayer<unknown, FadingProps> {
  static override layerName = 'TrailLayer'

  override getShaders(): ReturnType<LineLayer['getShaders']> {
    const shaders = super.getShaders() as { modules: unknown[] }
    return {
      ...shaders,
      modules: [...shaders.modules, fading],
      inject: {
        'vs:DECKGL_FILTER_SIZE': GUARD,
        'vs:DECKGL_FILTER_COLOR': `
          float age = (floor(float(gl_InstanceID) / fading.columns) + 1.0) / fading.rows;
          color.a *= 0.12 + 0.88 * age;`,
      },
    }
  }

  override draw(options: { uniforms: unknown }): void {
    const { columns, rows } = this.props as LineLayerProps & FadingProps
    this.state.model?.shaderInputs.setProps({ fading: { columns, rows } })
    super.draw(options)
  }
}
