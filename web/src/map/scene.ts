import type { Layer, LayerContext } from '@deck.gl/core'
import { IconLayer, TextLayer } from '@deck.gl/layers'
import { MapLibreOverlay } from '@deck.gl/maplibre'
import type { Map as BaseMap } from 'maplibre-gl'
import type { Tracks } from '../live/tracks.ts'
import type { Picked } from '../view/picked.ts'
import { DrawArrays } from './layers/arrays.ts'
import { chosenLayers, ringLayer } from './layers/chosen.ts'
import { Crowd } from './layers/crowd.ts'
import { strokes } from './colours.ts'
import { EllipseLayer } from './layers/ellipse_layer.ts'
import { type Label, placeLabels } from './layers/labels.ts'
import { LeaderLayer, TrailLayer } from './layers/line_layers.ts'
import { Screen, pick } from './screen.ts'
import { atlas } from './symbols/atlas.ts'
import { TrailBuffer } from './layers/trail_buffer.ts'

export type Device = LayerContext['device']

/** What the overlay does not show: deck.gl's own way of drawing, which a custom one has to call. */
interface Drawn {
  _deck: { _drawLayers: (reason: string) => void }
}

export interface View {
  /** Only what may be dangerous is named. */
  few: boolean
  tracks: Tracks
  picked: Picked
  /** 0 where a row is drawn (filters.ts); `hiddenVersion` counts its changes. */
  why: Uint8Array
  hiddenVersion: number
  chosen: number | null
  hovered: number | null
  words: (row: number, level: 1 | 2) => string
  /** What the base map writes: longitude, latitude, text. */
  written: readonly (readonly [number, number, string])[]
}

/** All that moves, in one overlay over the base map. Arrays are written in place; only what changed goes to the GPU. */
export class Scene {
  private readonly map: BaseMap
  private readonly overlay: MapLibreOverlay
  private readonly arrays = new DrawArrays()
  private readonly trails = new TrailBuffer()
  private readonly screen = new Screen()
  private readonly crowd = new Crowd()
  private device: Device | null = null
  private view: View | null = null
  /** Below the symbols, the symbols, and the labels: only what has to is made anew. */
  private under: Layer[] = []
  private symbols: Layer[] = []
  private scale = 0
  private labels: Layer | null = null
  private labelled = ''
  private labelledAt = 0
  private onDevice: () => void = () => undefined
  /** True while the overlay draws as part of a frame of the map: listeners are called in the order they came. */
  private framing = false
  private readonly framed = (): void => {
    this.framing = true
  }
  private readonly unframed = (): void => {
    this.framing = false
  }

  constructor(map: BaseMap) {
    this.map = map
    // While the map moves, each of its frames draws everything anew: nothing has to be drawn between two of them.
    map.on('render', this.framed)
    const own = {
      _customRender: (reason: string) => {
        if (this.framing || !map.isMoving()) (this.overlay as unknown as Drawn)._deck._drawLayers(reason)
      },
    }
    this.overlay = new MapLibreOverlay({
      ...own,
      layers: [],
      pickingRadius: 0,
      onDeviceInitialized: (device: Device) => {
        this.device = device
        this.onDevice()
      },
    })
    map.addControl(this.overlay)
    map.on('render', this.unframed)
  }

  /** Called when the GPU is there: the first picture can be drawn. */
  whenReady(then: () => void): void {
    this.onDevice = then
    if (this.device !== null) then()
  }

  /** Draws a picture, or another choice of what is shown of it. */
  draw(view: View): void {
    if (this.device === null) return
    this.view = view
    const { arrays } = this
    const { tracks, why, picked, chosen } = view
    arrays.fit(tracks)
    arrays.writeIcons(tracks)
    arrays.writeLooks(tracks, why, this.crowd.factor, chosen)
    if (picked.symbols === 'plain') arrays.writeAngles(tracks)
    if (picked.leaderMin > 0) arrays.writeLeaders(tracks, why, picked.leaderMin)
    if (picked.ellipses || chosen !== null) arrays.writeEllipses(tracks, why)
    const position = { value: tracks.position.subarray(0, 2 * tracks.used), size: 2 }
    this.under = this.layersUnder(view, this.device, position)
    this.symbols = this.symbolLayers(tracks.used, position)
    this.show(view)
  }

  /** The view was moved, or something else is pointed at: labels find other places, and symbols may have another size. */
  moved(hovered: number | null): void {
    if (this.view === null) return
    if (!this.map.isMoving()) this.labelledAt = 0
    this.view.hovered = hovered
    const { tracks } = this.view
    if (symbolPixels(this.map.getZoom()) !== this.scale) {
      this.symbols = this.symbolLayers(tracks.used, { value: tracks.position.subarray(0, 2 * tracks.used), size: 2 })
    }
    this.show(this.view)
  }

  /** The track at a point of the map, or null. */
  pick(x: number, y: number, touch: boolean): number | null {
    if (this.view === null) return null
    this.screen.look(this.map, this.view.tracks)
    return pick(this.screen, this.view.tracks, this.view.why, x, y, touch)
  }

  destroy(): void {
    this.overlay.setProps({ layers: [] })
    this.map.off('render', this.framed)
    this.map.off('render', this.unframed)
    this.map.removeControl(this.overlay)
    this.trails.destroy()
  }

  private show(view: View): void {
    const { tracks, why, picked, chosen, hovered, words, written, few } = view
    const key = `${few ? 'few' : ''}/${picked.labels}/${chosen ?? ''}/${hovered ?? ''}/${view.hiddenVersion}`
    const now = performance.now()
    if (this.labels === null || key !== this.labelled || now - this.labelledAt > this.labelEvery()) {
      this.labelled = key
      this.labelledAt = now
      this.screen.look(this.map, tracks)
      this.crowd.look(tracks, why, this.screen)
      const wish = { level: picked.labels, few, chosen, hovered, words, written, symbol: this.scale }
      this.labels = labelLayer(placeLabels(tracks, why, this.screen, wish))
    }
    this.overlay.setProps({
      layers: [...this.under, ringLayer(tracks, chosen, hovered), ...this.symbols, this.labels],
    })
  }

  /** How long labels stand as they are, ms: to place them costs as much as all the rest of a picture. */
  private labelEvery(): number {
    return this.map.isMoving() ? LABELS_MOVING_MS : LABELS_STILL_MS
  }

  private layersUnder(view: View, device: Device, position: object): Layer[] {
    const { tracks, picked, why, hiddenVersion, chosen } = view
    const { arrays } = this
    const n = tracks.used
    const made: Layer[] = []
    if (picked.trailMin > 0) {
      const data = this.trails.data(device, tracks.trails, why, hiddenVersion, picked.trailMin)
      const { columns, rows } = data
      made.push(new TrailLayer({ id: 'trails', data, columns, rows, getColor: [...strokes.trail, 170], getWidth: 1.2 }))
    }
    if (picked.ellipses) {
      const attributes = {
        getPosition: position,
        getRadius: { value: arrays.radii.subarray(0, n), size: 1 },
        instanceShapes: { value: arrays.shapes.subarray(0, 2 * n), size: 2 },
      }
      const getFillColor = [...strokes.leader, 150] as const
      made.push(new EllipseLayer({ id: 'ellipses', data: { length: n, attributes }, getFillColor }))
    }
    made.push(...chosenLayers(tracks, chosen, arrays))
    if (picked.leaderMin > 0) {
      const attributes = {
        getSourcePosition: position,
        getTargetPosition: { value: arrays.leaders.subarray(0, 2 * n), size: 2 },
      }
      const getColor = [...strokes.leader, 120] as const
      made.push(new LeaderLayer({ id: 'leaders', data: { length: n, attributes }, getColor, getWidth: 1 }))
    }
    return made
  }

  /** What is harmless, and above it what is not: one picture of them all, two sizes. */
  private symbolLayers(n: number, position: object): Layer[] {
    this.scale = symbolPixels(this.map.getZoom())
    return [
      this.symbolLayer('symbols', n, position, 'sizes'),
      this.symbolLayer('strong-symbols', n, position, 'strongSizes'),
    ]
  }

  private symbolLayer(id: string, n: number, position: object, sizes: 'sizes' | 'strongSizes'): Layer {
    const { arrays } = this
    return new IconLayer({
      id,
      data: {
        length: n,
        attributes: {
          getPosition: position,
          instanceIconDefs: arrays.attribute('icons', n),
          getSize: arrays.attribute(sizes, n),
          getColor: arrays.attribute('colours', n),
          getAngle: arrays.attribute('angles', n),
        },
      },
      iconAtlas: atlas.canvas as unknown as string,
      iconMapping: NO_MAPPING,
      sizeScale: this.scale,
    })
  }
}

const LABELS_MOVING_MS = 1_000
const LABELS_STILL_MS = 450

/** The places of symbols in the atlas come as a column; deck.gl asks for a table all the same. */
const NO_MAPPING = {}

function labelLayer(labels: Label[]): Layer {
  return new TextLayer<Label>({
    id: 'labels',
    data: labels,
    getPosition: (label) => label.position,
    getText: (label) => label.text,
    getPixelOffset: (label) => label.offset,
    getTextAnchor: (label) => label.anchor,
    getAlignmentBaseline: 'center',
    getColor: (label) => [...(label.strong ? strokes.chosen : strokes.words), 245],
    getSize: 12,
    lineHeight: 1.15,
    characterSet: 'auto',
    fontFamily: 'system-ui, sans-serif',
    fontSettings: { fontSize: 24 },
    background: true,
    getBackgroundColor: [...strokes.ground, 165],
    backgroundPadding: [3, 0, 3, 0],
  })
}

/** Far out symbols shrink so that a full sky stays readable. */
function symbolPixels(zoom: number): number {
  return Math.round(20 + 14 * Math.min(1, Math.max(0, (zoom - 5) / 4)))
}
