import type { Tracks } from '../live/tracks.ts'
import type { m } from '../messages/index.ts'
import { focus } from './choices.svelte.ts'
import type { Desk } from './desk.svelte.ts'
import { Nearest } from './nearest.ts'
import { nameOf, speedKmh } from './words.ts'

export type Column = keyof typeof m.table.columns

/** The tracks that are drawn, in the order of the table: rows of the picture, not copies of it. */
export class TrackList {
  column = $state<Column>('id')
  descending = $state(false)
  readonly nearest = $derived.by(() => new Nearest(this.desk.feed.site?.places ?? []))
  /** Made anew with each beat: a table that sorts itself with every picture cannot be read. */
  readonly rows: readonly number[] = $derived.by(() => {
    void this.desk.beat
    return sorted(this.desk.tracks, this.desk.why, this.key(), this.descending)
  })
  private readonly desk: Desk

  constructor(desk: Desk) {
    this.desk = desk
  }

  by(column: Column): void {
    this.descending = this.column === column && !this.descending
    this.column = column
  }

  /** The next track down (1) or up (-1) the list from the chosen one, which it chooses. */
  step(by: 1 | -1): void {
    const { rows } = this
    if (rows.length === 0) return
    const { id } = this.desk.tracks.columns
    const at = rows.findIndex((row) => id[row] === focus.chosen)
    const start = by === 1 ? 0 : rows.length - 1
    const next = at === -1 ? start : Math.max(0, Math.min(rows.length - 1, at + by))
    const found = id[rows[next] ?? 0] ?? 0
    // A row may have become empty since the table was sorted.
    if (found !== 0) this.desk.choose(found)
  }

  /** What a row is sorted by. Everything reactive is read here, once, and not for every row. */
  private key(): (row: number) => number | string {
    const { tracks } = this.desk
    const { nearest } = this
    const { id, alt, last, cls, lon, lat } = tracks.columns
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
        return (row) => nearest.find(lon[row] ?? 0, lat[row] ?? 0)?.metres ?? Infinity
      case 'age':
        return (row) => -(last[row] ?? 0)
    }
  }
}

function sorted(tracks: Tracks, why: Uint8Array, key: (row: number) => number | string, down: boolean): number[] {
  const rows: number[] = []
  const keys: (number | string)[] = []
  for (let row = 0; row < tracks.used; row++) {
    if (why[row] !== 0) continue
    rows.push(row)
    keys[row] = key(row)
  }
  const sign = down ? -1 : 1
  const { id } = tracks.columns
  return rows.sort((a, b) => sign * order(keys[a], keys[b]) || (id[a] ?? 0) - (id[b] ?? 0))
}

function order(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -1 : 1
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}
