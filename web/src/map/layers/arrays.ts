import type { Tracks } from '../../live/tracks.ts'
import { SIGMAS_90 } from '../sigmas.ts'
import type { Words } from '../../live/frames.ts'
import { AFFILIATIONS, CONFIRMED, TENTATIVE, affiliationOf } from '../symbols/affiliations.ts'
import { groupOf } from '../../view/hidden/filters.ts'
import { atlas } from '../symbols/atlas.ts'
import { CELL, hasNose } from '../symbols/plain.ts'

const METRES_PER_DEGREE = 111_195
const RADIANS = Math.PI / 180
/** What deck.gl's IconLayer reads of a symbol: its offset, its place in the atlas, and "keep its colours". */
const ICON_WIDTH = 7

type Column = Float32Array | Uint8ClampedArray
/** The columns of symbols, and how many numbers each row has in them. */
const WIDTHS = { icons: ICON_WIDTH, sizes: 1, strongSizes: 1, colours: 4, angles: 1 } as const

/** The columns that the GPU reads, one row per track, written in place. A row that is not shown has the size 0. */
export class DrawArrays {
  capacity = 0
  icons = new Float32Array(0)
  /** Of what is harmless, and of what may be dangerous or was marked: that is drawn above it, and shrinks little. */
  sizes = new Float32Array(0)
  strongSizes = new Float32Array(0)
  colours = new Uint8ClampedArray(0)
  /** Degrees counterclockwise from north: plain shapes point to where they fly, frames stand upright. */
  angles = new Float32Array(0)
  leaders = new Float64Array(0)
  /** What was handed out last, and whether it has been written since: what is the same is not sent to the GPU again. */
  private readonly sent = new Map<string, { value: Column; size: number }>()
  private readonly written = new Set<string>()
  shapes = new Float32Array(0)
  radii = new Float32Array(0)
  private of: Tracks | null = null
  private classes: readonly string[] = []
  private looks = new Int32Array(0)
  private affiliations = new Uint8Array(0)
  private words: (Words | undefined)[] = []

  /** Makes room, and forgets what was written when it was of other tracks. */
  fit(tracks: Tracks): void {
    if (this.of === tracks && this.capacity === tracks.capacity && this.classes === tracks.classes) return
    this.of = tracks
    this.capacity = tracks.capacity
    this.classes = tracks.classes
    const n = tracks.capacity
    this.icons = new Float32Array(ICON_WIDTH * n)
    this.sizes = new Float32Array(n)
    this.strongSizes = new Float32Array(n)
    this.colours = new Uint8ClampedArray(4 * n).fill(255)
    this.angles = new Float32Array(n)
    this.leaders = new Float64Array(2 * n)
    this.shapes = new Float32Array(2 * n)
    this.radii = new Float32Array(n)
    this.looks = new Int32Array(n).fill(-1)
    this.affiliations = new Uint8Array(n)
    this.words = []
    this.sent.clear()
  }

  /** A symbol's place in the atlas is written only when its class, state or mark has changed. */
  writeIcons(tracks: Tracks): void {
    const { cls, state } = tracks.columns
    for (let row = 0; row < tracks.used; row++) {
      const words = tracks.words[row]
      if (this.words[row] !== words) {
        this.words[row] = words
        this.affiliations[row] = AFFILIATIONS.indexOf(affiliationOf(words?.[2] ?? ''))
      }
      const look = ((cls[row] ?? 0) << 8) | ((this.affiliations[row] ?? 0) << 4) | (state[row] ?? 0)
      if (look === this.looks[row]) continue
      this.looks[row] = look
      this.writeIcon(tracks, row)
    }
  }

  /** A column of symbols for the GPU: the same object until it has changed. */
  attribute(name: keyof typeof WIDTHS, n: number): { value: Column; size: number } {
    const size = WIDTHS[name]
    const known = this.sent.get(name)
    if (known?.value.length === size * n && !this.written.has(name)) return known
    this.written.delete(name)
    const made = { value: this[name].subarray(0, size * n), size }
    this.sent.set(name, made)
    return made
  }

  private writeIcon(tracks: Tracks, row: number): void {
    const affiliation = AFFILIATIONS[this.affiliations[row] ?? 0] ?? 'unknown'
    const [x, y] = atlas.cell(tracks.classOf(row), affiliation, tracks.columns.state[row] ?? 0)
    this.icons.set([0, 0, x, y, CELL, CELL, 0], ICON_WIDTH * row)
    this.written.add('icons')
  }

  /** Sizes and strengths: what is certain and dangerous stands out, what is tentative or coasting steps back. */
  writeLooks(tracks: Tracks, why: Uint8Array, crowd: Float32Array, chosen: number | null): void {
    const { state, cls, id } = tracks.columns
    const threats = tracks.classes.map((name) => groupOf(name) === 'threat')
    for (let row = 0; row < tracks.used; row++) {
      const hidden = why[row] !== 0
      const size = hidden ? 0 : state[row] === TENTATIVE ? 0.78 : 1
      const marked = this.affiliations[row] !== 0 || id[row] === chosen
      const strong = marked || (threats[cls[row] ?? 0] === true && state[row] !== TENTATIVE)
      const room = crowd[row] ?? 1
      this.put('strongSizes', row, strong ? size * (0.55 + 0.45 * room) : 0)
      this.put('sizes', row, strong ? 0 : size * room)
      this.put('colours', 4 * row + 3, state[row] === CONFIRMED ? 255 : state[row] === TENTATIVE ? 170 : 215)
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

  /** Where the noses of plain shapes point. */
  writeAngles(tracks: Tracks): void {
    const { ve, vn, cls } = tracks.columns
    const turned = tracks.classes.map(hasNose)
    for (let row = 0; row < tracks.used; row++) {
      const turn = turned[cls[row] ?? 0] === true
      this.put('angles', row, turn ? -Math.atan2(ve[row] ?? 0, vn[row] ?? 0) / RADIANS : 0)
    }
  }

  private put(name: keyof typeof WIDTHS, at: number, value: number): void {
    const column = this[name]
    const before = column[at]
    column[at] = value
    if (column[at] !== before) this.written.add(name)
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
