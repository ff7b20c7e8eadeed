import type { Tracks } from '../live/tracks.ts'
import { groupOf } from '../view/filters.ts'

export interface Label {
  text: string
  position: [number, number]
  offset: [number, number]
  anchor: 'start' | 'end'
  strong: boolean
}
export interface Screen {
  width: number
  height: number
  /** Longitude, latitude to pixels. */
  project: (lon: number, lat: number) => readonly [number, number]
}

const LABELS_MAX = 160
const LINE_PX = 14
const LETTER_PX = 6.6
/** Cells of a coarse grid that remembers what is taken: a label or a symbol. */
const GRID_PX = 8

/** Chooses labels that do not cover one another or another track's symbol, the most important first. */
export function placeLabels(
  tracks: Tracks,
  why: Uint8Array,
  level: 1 | 2,
  chosen: number | null,
  hovered: number | null,
  screen: Screen,
  words: (row: number, level: 1 | 2) => string,
): Label[] {
  const grid = new Taken(screen.width, screen.height)
  const seen: { row: number; x: number; y: number; weight: number }[] = []
  const { id, lon, lat } = tracks.columns
  for (let row = 0; row < tracks.used; row++) {
    if (why[row] !== 0) continue
    const [x, y] = screen.project(lon[row] ?? 0, lat[row] ?? 0)
    if (x < -20 || y < -20 || x > screen.width + 20 || y > screen.height + 20) continue
    grid.take(x - 9, y - 9, 18, 18)
    seen.push({ row, x, y, weight: weigh(tracks, row, chosen, hovered) })
  }
  seen.sort((a, b) => b.weight - a.weight || (id[a.row] ?? 0) - (id[b.row] ?? 0))
  const labels: Label[] = []
  for (const { row, x, y, weight } of seen) {
    if (labels.length >= LABELS_MAX || weight < 0) break
    const mine = id[row] === chosen || id[row] === hovered
    const text = words(row, mine ? 2 : level)
    const spot = grid.find(x, y, text, mine)
    if (spot === null) continue
    labels.push({ text, position: [lon[row] ?? 0, lat[row] ?? 0], ...spot, strong: mine })
  }
  return labels
}

/** The chosen one, then threats, then what is named by a person, then the rest. Tentative tracks have no label. */
function weigh(tracks: Tracks, row: number, chosen: number | null, hovered: number | null): number {
  const number = tracks.columns.id[row]
  if (number === chosen) return 100
  if (number === hovered) return 90
  if (tracks.columns.state[row] === 0) return -1
  const threat = groupOf(tracks.classOf(row)) === 'threat' ? 20 : 0
  return threat + (tracks.wordsOf(row)[2] === '' ? 0 : 10)
}

class Taken {
  private readonly across: number
  private readonly down: number
  private readonly cells: Uint8Array

  constructor(width: number, height: number) {
    this.across = Math.ceil(width / GRID_PX)
    this.down = Math.ceil(height / GRID_PX)
    this.cells = new Uint8Array(this.across * this.down)
  }

  take(x: number, y: number, width: number, height: number): void {
    this.walk(x, y, width, height, (at) => {
      this.cells[at] = 1
      return true
    })
  }

  find(x: number, y: number, text: string, must: boolean): Pick<Label, 'offset' | 'anchor'> | null {
    const lines = text.split('\n')
    const width = LETTER_PX * Math.max(...lines.map((line) => line.length))
    const height = LINE_PX * lines.length
    for (const [side, lift] of [
      [1, 0],
      [-1, 0],
      [1, -14],
      [1, 14],
      [-1, -14],
      [-1, 14],
    ] as const) {
      const left = side === 1 ? x + 14 : x - 14 - width
      const top = y + lift - height / 2
      const free = this.walk(left, top, width, height, (at) => this.cells[at] === 0)
      if (!free && !must) continue
      this.take(left, top, width, height)
      return { offset: [14 * side, lift], anchor: side === 1 ? 'start' : 'end' }
    }
    return null
  }

  private walk(x: number, y: number, width: number, height: number, visit: (at: number) => boolean): boolean {
    const right = Math.min(this.across - 1, Math.floor((x + width) / GRID_PX))
    const bottom = Math.min(this.down - 1, Math.floor((y + height) / GRID_PX))
    for (let j = Math.max(0, Math.floor(y / GRID_PX)); j <= bottom; j++) {
      for (let i = Math.max(0, Math.floor(x / GRID_PX)); i <= right; i++) {
        if (!visit(j * this.across + i)) return false
      }
    }
    return true
  }
}
