import type { Layer, LayerContext } from '@deck.gl/core'
import { IconLayer, PathLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import { MapLibreOverlay } from '@deck.gl/maplibre'
import type { Map as BaseMap } from 'maplibre-gl'
import type { Tracks } from '../live/tracks.ts'
import type { Picked } from '../view/choices.svelte.ts'
import { CHOSEN_COLOUR, DrawArrays, chosenPath } from './arrays.ts'
import { LEADER_RGB, TRAIL_RGB } from './colours.ts'
import { EllipseLayer } from './ellipse_layer.ts'
import { type Label, placeLabels } from './labels.ts'
import { LeaderLayer, TrailLayer } from './line_layers.ts'
import { atlas } from './symbols.ts'
import { TrailBuffer } from './trail_buffer.ts'

export type Device = LayerContext['device']

export interface View {
  tracks: Tracks
  picked: Picked
  /** 0 where a row is drawn (filters.ts); `hiddenVersion` counts its changes. */
  why: Uint8Array
  hiddenVersion: number
  chosen: number | null
  hovered: number | null
  words: (row: number, level: 1 | 2) => string
}

/** All that moves, in one overlay over the base map. Arrays are written in place; only what changed goes to the GPU. */
export class Scene {
  private readonly map: BaseMap
  private readonly overlay: MapLibreOverlay
  private readonly arrays = new DrawArrays()
  private readonly trails = new TrailBuffer()
  private device: Device | null = null
  private of: Tracks | null = null
  private labels: Label[] = []
  private onDevice: () => void = () => undefined

  constructor(map: BaseMap) {
    this.map = map
    this.overlay = new MapLibreOverlay({
      layers: [],
      pickingRadius: 0,
      onDeviceInitialized: (device: Device) => {
        this.device = device
        this.onDevice()
      },
    })
    map.addControl(this.overlay)
  }

  /** Called when the GPU is there: the first picture can be drawn. */
  whenReady(then: () => void): void {
    this.onDevice = then
    if (this.device !== null) then()
  }

  draw(view: View): void {
    if (this.device === null) return
    this.write(view)
    this.overlay.setProps({ layers: this.layers(view, this.device) })
  }

  destroy(): void {
    this.overlay.setProps({ layers: [] })
    this.map.removeControl(this.overlay)
    this.trails.destroy()
  }

  private write({ tracks, why, picked, chosen, hovered, words }: View): void {
    const all = this.arrays.fit(tracks) || this.of !== tracks
    this.of = tracks
    if (all) for (const row of tracks.living()) this.arrays.writeIcon(tracks, atlas, row)
    else for (const row of tracks.changed) if (tracks.columns.id[row] !== 0) this.arrays.writeIcon(tracks, atlas, row)
    tracks.changed.length = 0
    this.arrays.writeLooks(tracks, why)
    this.arrays.writeLeaders(tracks, why, picked.leaderMin)
    if (picked.ellipses || chosen !== null) this.arrays.writeEllipses(tracks, why)
    const canvas = this.map.getCanvas()
    const level = picked.labels
    this.labels =
      level === 0 && chosen === null && hovered === null
        ? []
        : placeLabels(
            tracks,
            why,
            level === 2 ? 2 : 1,
            chosen,
            hovered,
            {
              width: canvas.clientWidth,
              height: canvas.clientHeight,
              project: projector(this.map),
            },
            words,
          ).filter((label) => level !== 0 || label.strong)
  }

  private layers(view: View, device: Device): Layer[] {
    const { tracks, picked, why, hiddenVersion, chosen } = view
    const { arrays } = this
    const n = tracks.used
    const position = { value: tracks.position.subarray(0, 2 * n), size: 2 }
    const scale = symbolPixels(this.map.getZoom())
    const row = chosen === null ? -1 : tracks.row(chosen)
    const made: Layer[] = []
    if (picked.trailMin > 0) {
      const data = this.trails.data(device, tracks.trails, why, hiddenVersion, picked.trailMin)
      made.push(
        new TrailLayer({
          id: 'trails',
          data,
          columns: data.columns,
          rows: data.rows,
          getColor: [...TRAIL_RGB, 170],
          getWidth: 1.2,
        }),
      )
    }
    if (picked.ellipses) {
      const attributes = {
        getPosition: position,
        getRadius: { value: arrays.radii.subarray(0, n), size: 1 },
        instanceShapes: { value: arrays.shapes.subarray(0, 2 * n), size: 2 },
      }
      made.push(
        new EllipseLayer({ id: 'ellipses', data: { length: n, attributes }, getFillColor: [...LEADER_RGB, 150] }),
      )
    }
    if (row >= 0) made.push(...this.chosenLayers(tracks, row))
    if (picked.leaderMin > 0) {
      const attributes = {
        getSourcePosition: position,
        getTargetPosition: { value: arrays.leaders.subarray(0, 2 * n), size: 2 },
      }
      made.push(
        new LeaderLayer({
          id: 'leaders',
          data: { length: n, attributes },
          getColor: [...LEADER_RGB, 150],
          getWidth: 1,
        }),
      )
    }
    made.push(this.symbols(n, position, scale))
    if (this.labels.length > 0) made.push(this.texts())
    return made
  }

  private symbols(n: number, position: object, scale: number): Layer {
    const { arrays } = this
    return new IconLayer({
      id: 'symbols',
      data: {
        length: n,
        attributes: {
          getPosition: position,
          instanceIconDefs: { value: arrays.icons.subarray(0, 7 * n), size: 7 },
          getSize: { value: arrays.sizes.subarray(0, n), size: 1 },
          getColor: { value: arrays.colours.subarray(0, 4 * n), size: 4 },
        },
      },
      iconAtlas: atlas.canvas as unknown as string,
      iconMapping: {},
      sizeScale: scale,
    })
  }

  private chosenLayers(tracks: Tracks, row: number): Layer[] {
    const at: [number, number] = [tracks.columns.lon[row] ?? 0, tracks.columns.lat[row] ?? 0]
    const { arrays } = this
    const one = {
      length: 1,
      attributes: {
        getPosition: { value: Float64Array.from(at), size: 2 },
        getRadius: { value: arrays.radii.slice(row, row + 1), size: 1 },
        instanceShapes: { value: arrays.shapes.slice(2 * row, 2 * row + 2), size: 2 },
      },
    }
    return [
      new PathLayer({
        id: 'chosen-trail',
        data: [chosenPath(tracks, row)],
        getPath: (d: [number, number][]) => d,
        getColor: [...TRAIL_RGB, 255],
        getWidth: 2,
        widthUnits: 'pixels',
      }),
      new EllipseLayer({ id: 'chosen-ellipse', data: one, getFillColor: [255, 255, 255, 210] }),
      new ScatterplotLayer({
        id: 'chosen-ring',
        data: [at],
        getPosition: (d: [number, number]) => d,
        getRadius: 19,
        radiusUnits: 'pixels',
        filled: false,
        stroked: true,
        getLineColor: [...CHOSEN_COLOUR],
        lineWidthUnits: 'pixels',
        getLineWidth: 1.5,
      }),
    ]
  }

  private texts(): Layer {
    return new TextLayer<Label>({
      id: 'labels',
      data: this.labels,
      getPosition: (label) => label.position,
      getText: (label) => label.text,
      getPixelOffset: (label) => label.offset,
      getTextAnchor: (label) => label.anchor,
      getAlignmentBaseline: 'center',
      getColor: (label) => (label.strong ? [255, 255, 255, 255] : [205, 214, 224, 235]),
      getSize: 12,
      lineHeight: 1.15,
      characterSet: 'auto',
      fontFamily: 'system-ui, sans-serif',
      fontSettings: { fontSize: 24 },
      background: true,
      getBackgroundColor: [10, 16, 22, 165],
      backgroundPadding: [3, 0, 3, 0],
    })
  }
}

/** Far out symbols shrink so that a full sky stays readable. */
function symbolPixels(zoom: number): number {
  return 20 + 14 * Math.min(1, Math.max(0, (zoom - 5) / 4))
}

const TILE = 512

/** Mercator by hand: `map.project` makes two objects a call, and this is asked for every track. */
export function projector(map: BaseMap): (lon: number, lat: number) => readonly [number, number] {
  const world = TILE * 2 ** map.getZoom()
  const canvas = map.getCanvas()
  const center = map.getCenter()
  const mercatorY = (lat: number): number => {
    return (0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * world
  }
  const left = (center.lng / 360) * world - canvas.clientWidth / 2
  const top = mercatorY(center.lat) - canvas.clientHeight / 2
  return (lon, lat) => [(lon / 360) * world - left, mercatorY(lat) - top]
}
