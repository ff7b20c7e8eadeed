import { m } from '../messages/index.ts'
import { focus } from './choices.svelte.ts'
import type { Desk } from './desk.svelte.ts'
import { Nearest } from './nearest.ts'
import { nameOf, speedKmh } from './words.ts'

export type Column = keyof typeof m.table.columns

/** The tracks that are drawn, in the order of the table: rows of the picture, not copies of it. */
export class TrackList {
  column = $state<Column>('id')
  descending = $state(false)
  rows = $state.raw<readonly number[]>([])
  private readonly desk: Desk
  private near: Nearest | null = null
  private nearOf: unknown = null

  constructor(desk: Desk) {
    this.desk = desk
  }

  /** Numbers of the tracks would jump about if each picture sorted anew: this is called once a second. */
  sort(): void {
    const { tracks, why } = this.desk
    const rows: number[] = []
    for (let row = 0; row < tracks.used; row++) if (why[row] === 0) rows.push(row)
    const key = this.key()
    const keys: (number | string)[] = []
    for (const row of rows) keys[row] = key(row)
    const sign = this.descending ? -1 : 1
    const { id } = tracks.columns
    rows.sort((a, b) => sign * order(keys[a], keys[b]) || (id[a] ?? 0) - (id[b] ?? 0))
    this.rows = rows
  }

  by(column: Column): void {
    if (this.column === column) this.descending = !this.descending
    else {
      this.column = column
      this.descending = false
    }
    this.sort()
  }

  /** The next track down (1) or up (-1) the list from the chosen one, which it chooses. */
  step(by: 1 | -1): void {
    if (this.rows.length === 0) return
    const { id } = this.desk.tracks.columns
    const at = this.rows.findIndex((row) => id[row] === focus.chosen)
    const start = by === 1 ? 0 : this.rows.length - 1
    const next = at === -1 ? start : Math.max(0, Math.min(this.rows.length - 1, at + by))
    this.desk.choose(id[this.rows[next] ?? 0] ?? null)
  }

  nearest(row: number): ReturnType<Nearest['find']> {
    const { site } = this.desk.feed
    if (this.near === null || this.nearOf !== site) {
      this.near = new Nearest(site?.places ?? [])
      this.nearOf = site
    }
    const { lon, lat } = this.desk.tracks.columns
    return this.near.find(lon[row] ?? 0, lat[row] ?? 0)
  }

  private key(): (row: number) => number | string {
    const { tracks } = this.desk
    const { id, alt, last, cls } = tracks.columns
    switch (this.column) {
      case 'id':
        return (row) => id[row] ?? 0
      case 'name':
        return (row) => nameOf(tracks, row) || '\uffff'
      case 'cls':
        return (row) => cls[row] ?? 0
      case 'alt':
        return (row) => alt[row] ?? 0
      case 'speed':
        return (row) => speedKmh(tracks, row)
      case 'near':
        return (row) => this.nearest(row)?.metres ?? Infinity
      case 'age':
        return (row) => -(last[row] ?? 0)
    }
  }
}

function order(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -1 : 1
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}
