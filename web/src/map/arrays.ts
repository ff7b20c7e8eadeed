import { NO_ROW, type Tracks } from '../live/tracks.ts'
import { CHOSEN_RGB } from './colours.ts'
import { SIGMAS_90 } from './ellipse_layer.ts'
import { type SymbolAtlas, CELL, affiliationOf } from './symbols.ts'

const METRES_PER_DEGREE = 111_195
const RADIANS = Math.PI / 180
const TENTATIVE = 0
const CONFIRMED = 1
/** What deck.gl's IconLayer reads of a symbol: its offset, its place in the atlas, and "keep its colours". */
const ICON_WIDTH = 7

/** The columns that the GPU reads, one row per track, written in place. A row that is not shown has the size 0. */
export class DrawArrays {
  capacity = 0
  icons = new Float32Array(0)
  sizes = new Float32Array(0)
  colours = new Uint8ClampedArray(0)
  leaders = new Float64Array(0)
  shapes = new Float32Array(0)
  radii = new Float32Array(0)
  private classes: readonly string[] = []

  /** Makes room; returns true when all rows must be written anew. */
  fit(tracks: Tracks): boolean {
    if (this.capacity === tracks.capacity && this.classes === tracks.classes) return false
    this.capacity = tracks.capacity
    this.classes = tracks.classes
    const n = tracks.capacity
    this.icons = new Float32Array(ICON_WIDTH * n)
    this.sizes = new Float32Array(n)
    this.colours = new Uint8ClampedArray(4 * n)
    this.leaders = new Float64Array(2 * n)
    this.shapes = new Float32Array(2 * n)
    this.radii = new Float32Array(n)
    return true
  }

  writeIcon(tracks: Tracks, atlas: SymbolAtlas, row: number): void {
    const [x, y] = atlas.cell(
      tracks.classOf(row),
      affiliationOf(tracks.wordsOf(row)[2]),
      tracks.columns.state[row] ?? 0,
    )
    this.icons.set([0, 0, x, y, CELL, CELL, 0], ICON_WIDTH * row)
  }

  /** Sizes and strengths: what is certain and dangerous stands out, what is tentative or coasting steps back. */
  writeLooks(tracks: Tracks, why: Uint8Array): void {
    const { state } = tracks.columns
    for (let row = 0; row < tracks.used; row++) {
      const hidden = why[row] !== 0
      this.sizes[row] = hidden ? 0 : state[row] === TENTATIVE ? 0.78 : 1
      const at = 4 * row
      this.colours[at] = this.colours[at + 1] = this.colours[at + 2] = 255
      this.colours[at + 3] = state[row] === CONFIRMED ? 255 : state[row] === TENTATIVE ? 170 : 215
    }
  }

  /** Where each track will be after so many minutes, flying straight on. A hidden or tentative one gets a line of no length. */
  writeLeaders(tracks: Tracks, why: Uint8Array, minutes: number): void {
    const { lon, lat, ve, vn, state } = tracks.columns
    for (let row = 0; row < tracks.used; row++) {
      const [x, y] = [lon[row] ?? 0, lat[row] ?? 0]
      const seconds = why[row] !== 0 || state[row] === TENTATIVE ? 0 : 60 * minutes
      const degrees = seconds / METRES_PER_DEGREE
      this.leaders[2 * row] = x + ((ve[row] ?? 0) * degrees) / Math.cos(y * RADIANS)
      this.leaders[2 * row + 1] = y + (vn[row] ?? 0) * degrees
    }
  }

  writeEllipses(tracks: Tracks, why: Uint8Array): void {
    const { major, minor, angle } = tracks.columns
    for (let row = 0; row < tracks.used; row++) {
      const long = major[row] ?? 0
      this.radii[row] = why[row] === 0 ? long * SIGMAS_90 : 0
      this.shapes[2 * row] = long > 0 ? (minor[row] ?? 0) / long : 0
      this.shapes[2 * row + 1] = angle[row] ?? 0
    }
  }
}

/** The chosen track's own line, brighter than the rest: its trail and where it goes. */
export function chosenPath(tracks: Tracks, row: number): [number, number][] {
  if (row === NO_ROW) return []
  const { points, capacity } = tracks.trails
  const path: [number, number][] = []
  for (let at = 2 * row; at < points.length; at += 2 * capacity) path.push([points[at] ?? 0, points[at + 1] ?? 0])
  return path
}

export const CHOSEN_COLOUR = [...CHOSEN_RGB, 200] as const
