import type { UpdateParameters } from '@deck.gl/core'
import { ScatterplotLayer } from '@deck.gl/layers'
import { SIGMAS_90 } from '../sigmas.ts'

const SIGMAS_50 = Math.sqrt(-2 * Math.log(1 - 0.5))
const INNER = (SIGMAS_50 / SIGMAS_90).toFixed(4)

const SHADERS = {
  'vs:#decl': 'in vec2 instanceShapes;',
  // The quad becomes the ellipse's box: x along the major axis (a bearing, clockwise from north), y along the minor one.
  'vs:DECKGL_FILTER_SIZE': `
    vec2 axes = vec2(size.x, size.y * instanceShapes.x);
    float c = cos(instanceShapes.y);
    float s = sin(instanceShapes.y);
    size.xy = vec2(axes.x * s + axes.y * c, axes.x * c - axes.y * s);`,
  // Distance from the outline in pixels: lines stay one width however flat the ellipse is.
  'fs:DECKGL_FILTER_COLOR': `
    float r = length(geometry.uv);
    float w = fwidth(r);
    float outer = 1.0 - smoothstep(0.6, 1.4, abs(r - 0.97) / w);
    float inner = 1.0 - smoothstep(0.6, 1.4, abs(r - 0.97 * ${INNER}) / w);
    color.a *= max(max(outer, inner * 0.8), r < 0.97 ? 0.10 : 0.0);`,
}

/** 50 % and 90 % areas of where tracks are, one quad each. `getRadius` is the 90 % major axis, `instanceShapes` the ratio
 * of the axes and the bearing of the major one in radians. */
export class EllipseLayer extends ScatterplotLayer {
  static override layerName = 'EllipseLayer'

  override getShaders(): ReturnType<ScatterplotLayer['getShaders']> {
    return { ...super.getShaders(), inject: SHADERS }
  }

  override initializeState(): void {
    super.initializeState()
    this.getAttributeManager()?.addInstanced({ instanceShapes: { size: 2, noAlloc: true } })
  }

  override updateState(parameters: UpdateParameters<this>): void {
    super.updateState(parameters)
  }
}
