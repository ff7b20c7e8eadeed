import type { Tracks } from '../../live/tracks.ts'
import { type Group, groupOf } from '../../view/hidden/filters.ts'
import type { Screen } from '../screen.ts'

export interface Label {
  text: string
  position: [number, number]
  offset: [number, number]
  anchor: 'start' | 'end'
  strong: boolean
}

export interface LabelWish {
  level: 0 | 1 | 2
  /** Only what may be dangerous, and what a person marked. */
  few: boolean
  chosen: number | null
  hovered: number | null
  words: (row: number, level: 1 | 2) => string
  /** How large symbols are drawn, in pixels; and what else is written on the map: longitude, latitude, text. */
  symbol: number
  written: readonly (readonly [number, number, string])[]
}

const LABELS_MAX = 160
/** In a full sky most labels find no room: looking for it ends somewhere. */
const TRIES_MAX = 700
const LINE_PX = 14
const LETTER_PX = 6.6
/** Cells of a coarse grid that remembers what is taken: a label or a symbol. */
const GRID_PX = 8
/** Where a label may stand: right or left of its symbol, level, above or below. */
const SPOTS = [
  [1, 0],
  [-1, 0],
  [1, -14],
  [1, 14],
  [-1, -14],
  [-1, 14],
] as const
const TENTATIVE = 0

/** Chooses labels that do not cover one another or another track's symbol, the most important first. */
export function placeLabels(tracks: Tracks, why: Uint8Array, screen: Screen, wish: LabelWish): Label[] {
  const { id, state, cls } = tracks.columns
  const { x, y } = screen
  taken.clear(screen.width, screen.height)
  const half = wish.symbol / 2
  for (const [lon, lat, text] of wish.written) {
    const [left, top] = screen.at(lon, lat)
    const width = LETTER_PX * text.length
    taken.take(left - width / 2, top + 8, width, LINE_PX)
  }
  const groups: Group[] = tracks.classes.map(groupOf)
  const strong: number[] = []
  const threats: number[] = []
  const marked: number[] = []
  const rest: number[] = []
  for (let row = 0; row < tracks.used; row++) {
    if (why[row] !== 0 || !screen.holds(row)) continue
    taken.take((x[row] ?? 0) - 0.7 * half, (y[row] ?? 0) - 0.7 * half, 1.4 * half, 1.4 * half)
    if (id[row] === wish.chosen || id[row] === wish.hovered) strong.push(row)
    else if (wish.level === 0 || state[row] === TENTATIVE) continue
    else if (groups[cls[row] ?? 0] === 'threat') threats.push(row)
    else if (tracks.wordsOf(row)[2] !== '') marked.push(row)
    else if (!wish.few) rest.push(row)
  }
  const labels: Label[] = []
  const order = [...strong, ...threats, ...marked, ...rest]
  for (let i = 0; i < order.length && i < TRIES_MAX && labels.length < LABELS_MAX; i++) {
    const row = order[i] ?? 0
    const mine = i < strong.length
    const text = wish.words(row, mine || wish.level === 2 ? 2 : 1)
    const spot = taken.find(x[row] ?? 0, y[row] ?? 0, half + 1, text, mine)
    if (spot === null) continue
    const position: [number, number] = [tracks.columns.lon[row] ?? 0, tracks.columns.lat[row] ?? 0]
    labels.push({ text, position, offset: spot.offset, anchor: spot.anchor, strong: mine })
  }
  return labels
}

class Taken {
  private across = 0
  private down = 0
  private cells = new Uint8Array(0)

  clear(width: number, height: number): void {
    this.across = Math.ceil(width / GRID_PX)
    this.down = Math.ceil(height / GRID_PX)
    if (this.cells.length === this.across * this.down) this.cells.fill(0)
    else this.cells = new Uint8Array(this.across * this.down)
  }

  take(x: number, y: number, width: number, height: number): void {
    const left = Math.max(0, Math.floor(x / GRID_PX))
    const right = Math.min(this.across - 1, Math.floor((x + width) / GRID_PX))
    const bottom = Math.min(this.down - 1, Math.floor((y + height) / GRID_PX))
    for (let j = Math.max(0, Math.floor(y / GRID_PX)); j <= bottom; j++) {
      for (let i = left; i <= right; i++) this.cells[j * this.across + i] = 1
    }
  }

  find(x: number, y: number, gap: number, text: string, must: boolean): Pick<Label, 'offset' | 'anchor'> | null {
    const lines = text.split('\n')
    const width = LETTER_PX * Math.max(...lines.map((line) => line.length))
    const height = LINE_PX * lines.length
    for (const [side, lift] of SPOTS) {
      const left = side === 1 ? x + gap : x - gap - width
      const top = y + lift - height / 2
      if (!must && !this.free(left, top, width, height)) continue
      this.take(left, top, width, height)
      return { offset: [gap * side, lift], anchor: side === 1 ? 'start' : 'end' }
    }
    return null
  }

  private free(x: number, y: number, width: number, height: number): boolean {
    const left = Math.max(0, Math.floor(x / GRID_PX))
    const right = Math.min(this.across - 1, Math.floor((x + width) / GRID_PX))
    const bottom = Math.min(this.down - 1, Math.floor((y + height) / GRID_PX))
    for (let j = Math.max(0, Math.floor(y / GRID_PX)); j <= bottom; j++) {
      for (let i = left; i <= right; i++) if (this.cells[j * this.across + i] !== 0) return false
    }
    return true
  }
}

const taken = new Taken()
