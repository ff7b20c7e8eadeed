import type { Layer } from '@deck.gl/core'
import { PathLayer, ScatterplotLayer } from '@deck.gl/layers'
import { NO_ROW, type Tracks } from '../../live/tracks.ts'
import { strokes } from '../colours.ts'
import type { DrawArrays } from './arrays.ts'
import { EllipseLayer } from './ellipse_layer.ts'

type Point = [number, number]
interface Ring {
  at: Point
  strength: number
}

// These layers are there even when nothing is chosen, and then empty: a layer that comes and goes compiles its shaders anew.

/** What is drawn of the chosen track below the symbols: its whole trail and its uncertainty. */
export function chosenLayers(tracks: Tracks, id: number | null, arrays: DrawArrays): Layer[] {
  const row = id === null ? NO_ROW : tracks.row(id)
  const none = row === NO_ROW
  const first = none ? 0 : row
  const ellipse = {
    length: none ? 0 : 1,
    attributes: {
      getPosition: { value: tracks.position.slice(2 * first, 2 * first + 2), size: 2 },
      getRadius: { value: arrays.radii.slice(first, first + 1), size: 1 },
      instanceShapes: { value: arrays.shapes.slice(2 * first, 2 * first + 2), size: 2 },
    },
  }
  return [
    new PathLayer<Point[]>({
      id: 'chosen-trail',
      visible: !none,
      data: none ? [] : [trail(tracks, row)],
      getPath: (points) => points,
      getColor: [...strokes.trail, 255],
      getWidth: 2,
      widthUnits: 'pixels',
      jointRounded: true,
    }),
    new EllipseLayer({ id: 'chosen-ellipse', visible: !none, data: ellipse, getFillColor: [...strokes.chosen, 210] }),
  ]
}

/** Rings around the chosen track and around the one that is pointed at, on the map or in the table. */
export function ringLayer(tracks: Tracks, chosen: number | null, hovered: number | null): Layer {
  const rings: Ring[] = []
  const add = (id: number | null, strength: number): void => {
    const row = id === null ? NO_ROW : tracks.row(id)
    if (row === NO_ROW) return
    rings.push({ at: [tracks.columns.lon[row] ?? 0, tracks.columns.lat[row] ?? 0], strength })
  }
  add(chosen, 230)
  if (hovered !== chosen) add(hovered, 110)
  return new ScatterplotLayer<Ring>({
    id: 'rings',
    visible: rings.length > 0,
    data: rings,
    getPosition: (ring) => ring.at,
    getRadius: 20,
    radiusUnits: 'pixels',
    filled: false,
    stroked: true,
    getLineColor: (ring) => [...strokes.chosen, ring.strength],
    lineWidthUnits: 'pixels',
    getLineWidth: 1.5,
  })
}

/** All kept points of one track, the equal ones before it appeared left out. */
function trail(tracks: Tracks, row: number): Point[] {
  const { points, capacity } = tracks.trails
  const path: Point[] = []
  for (let at = 2 * row; at < points.length; at += 2 * capacity) {
    const point: Point = [points[at] ?? 0, points[at + 1] ?? 0]
    const last = path.at(-1)
    if (last?.[0] !== point[0] || last[1] !== point[1]) path.push(point)
  }
  return path
}
