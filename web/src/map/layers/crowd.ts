import type { Tracks } from '../../live/tracks.ts'
import type { Screen } from '../screen.ts'

/** Where this many tracks fall into one cell, what is harmless shrinks; and further where there are more. */
const CELL_PX = 48
const FULL = 4
const HEAP = 9
const SMALL = 0.62
const DOT = 0.36

/** How large each track is drawn, by how many stand around it on the screen: a heap must not hide what is dangerous in it. */
export class Crowd {
  factor = new Float32Array(0)
  private cells = new Uint16Array(0)

  /** Looks again; `screen` must have looked at the same tracks. */
  look(tracks: Tracks, why: Uint8Array, screen: Screen): void {
    if (this.factor.length !== tracks.capacity) this.factor = new Float32Array(tracks.capacity).fill(1)
    const across = Math.ceil(screen.width / CELL_PX) + 1
    const down = Math.ceil(screen.height / CELL_PX) + 1
    if (this.cells.length === across * down) this.cells.fill(0)
    else this.cells = new Uint16Array(across * down)
    const cell = (row: number): number => {
      if (why[row] !== 0 || !screen.holds(row)) return -1
      const x = Math.max(0, Math.floor((screen.x[row] ?? 0) / CELL_PX))
      const y = Math.max(0, Math.floor((screen.y[row] ?? 0) / CELL_PX))
      return Math.min(down - 1, y) * across + Math.min(across - 1, x)
    }
    for (let row = 0; row < tracks.used; row++) {
      const at = cell(row)
      if (at >= 0) this.cells[at] = (this.cells[at] ?? 0) + 1
    }
    for (let row = 0; row < tracks.used; row++) {
      const at = cell(row)
      const many = at < 0 ? 0 : (this.cells[at] ?? 0)
      this.factor[row] = many > HEAP ? DOT : many > FULL ? SMALL : 1
    }
  }
}
