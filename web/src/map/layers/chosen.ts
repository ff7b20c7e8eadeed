import type { Layer } from '@deck.gl/core'
import { PathLayer, ScatterplotLayer } from '@deck.gl/layers'
import type { Tracks } from '../../live/tracks.ts'
import type { DrawArrays } from './arrays.ts'
import { CHOSEN_RGB, TRAIL_RGB } from '../colours.ts'
import { EllipseLayer } from './ellipse_layer.ts'

type Point = [number, number]

/** What shows which track is chosen: its whole trail, its uncertainty and a ring. */
export function chosenLayers(tracks: Tracks, row: number, arrays: DrawArrays): Layer[] {
  const at: Point = [tracks.columns.lon[row] ?? 0, tracks.columns.lat[row] ?? 0]
  const ellipse = {
    length: 1,
    attributes: {
      getPosition: { value: Float64Array.from(at), size: 2 },
      getRadius: { value: arrays.radii.slice(row, row + 1), size: 1 },
      instanceShapes: { value: arrays.shapes.slice(2 * row, 2 * row + 2), size: 2 },
    },
  }
  return [
    new PathLayer<Point[]>({
      id: 'chosen-trail',
      data: [trail(tracks, row)],
      getPath: (points) => points,
      getColor: [...TRAIL_RGB, 255],
      getWidth: 2,
      widthUnits: 'pixels',
      jointRounded: true,
    }),
    new EllipseLayer({ id: 'chosen-ellipse', data: ellipse, getFillColor: [...CHOSEN_RGB, 210] }),
    ring('chosen-ring', at, 230),
  ]
}

/** What shows which track the pointer is over, on the map or in the table. */
export function hoverLayer(tracks: Tracks, id: number): Layer[] {
  const row = tracks.row(id)
  if (row < 0) return []
  return [ring('hover-ring', [tracks.columns.lon[row] ?? 0, tracks.columns.lat[row] ?? 0], 110)]
}

function ring(id: string, at: Point, strength: number): Layer {
  return new ScatterplotLayer<Point>({
    id,
    data: [at],
    getPosition: (point) => point,
    getRadius: 20,
    radiusUnits: 'pixels',
    filled: false,
    stroked: true,
    getLineColor: [...CHOSEN_RGB, strength],
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
