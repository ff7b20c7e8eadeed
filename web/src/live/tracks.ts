import { COLUMN_NAMES, emptyColumns, type ColumnArray, type Columns, type PictureFrame, type Words } from './frames.ts'
import { Trails } from './trails.ts'

export const STATES = ['tentative', 'confirmed', 'coasting', 'lost'] as const
export const NO_ROW = -1
const NO_WORDS: Words = ['', '', '']

/**
 * All tracks of the picture as columns. A track keeps its row for as long as it lives, so that a row is also its place
 * in every GPU buffer; rows of ended tracks are holes (id 0) until a new track takes them. `used` is the highest row
 * ever taken, plus one: what must be walked and drawn.
 */
export class Tracks {
  capacity = 0
  used = 0
  alive = 0
  time = 0
  sensors: readonly string[] = []
  classes: readonly string[] = []
  columns: Columns = emptyColumns(0)
  /** lon, lat interleaved: what the GPU reads. Holes stand far outside the map. */
  position = new Float64Array(0)
  words: (Words | undefined)[] = []
  readonly trails = new Trails()
  private rows = new Map<number, number>()
  private holes: number[] = []

  constructor(capacity = 1024) {
    this.grow(capacity)
  }

  row(id: number): number {
    return this.rows.get(id) ?? NO_ROW
  }

  /** Row by row, in no order: [row of each living track]. */
  *living(): Generator<number> {
    const { id } = this.columns
    for (let row = 0; row < this.used; row++) if (id[row] !== 0) yield row
  }

  wordsOf(row: number): Words {
    return this.words[row] ?? NO_WORDS
  }

  /** "" where nothing has seen it yet. */
  sensorOf(row: number): string {
    return this.sensors[this.columns.sensor[row] ?? NO_ROW] ?? ''
  }

  classOf(row: number): string {
    return this.classes[this.columns.cls[row] ?? NO_ROW] ?? 'unknown'
  }

  /** What `cls` and `sensor` index. Every symbol may change by it. */
  name(classes: readonly string[], sensors: readonly string[]): void {
    this.classes = classes
    this.sensors = sensors
  }

  apply(frame: PictureFrame): void {
    if (frame.kind === 'snapshot') this.endMissing(frame)
    for (const id of frame.gone) this.end(id)
    this.put(frame)
    for (const [id, words] of frame.text) {
      const row = this.row(id)
      if (row === NO_ROW) continue
      this.words[row] = words
    }
    this.time = frame.time
    this.trails.advance(frame.time, this.position, this.used)
  }

  clear(): void {
    for (const id of [...this.rows.keys()]) this.end(id)
    this.trails.clear()
  }

  private put(frame: PictureFrame): void {
    const { id, lon, lat } = frame.columns
    const rows = new Int32Array(frame.n)
    for (let i = 0; i < frame.n; i++) rows[i] = this.rowFor(id[i] ?? 0, lon[i] ?? 0, lat[i] ?? 0)
    for (const name of COLUMN_NAMES) scatter(this.columns[name], frame.columns[name], rows)
    for (let i = 0; i < frame.n; i++) {
      const row = rows[i] ?? 0
      this.position[2 * row] = lon[i] ?? 0
      this.position[2 * row + 1] = lat[i] ?? 0
    }
  }

  private rowFor(id: number, lon: number, lat: number): number {
    const known = this.rows.get(id)
    if (known !== undefined) return known
    const row = this.take(id)
    this.trails.begin(row, lon, lat)
    return row
  }

  private take(id: number): number {
    const row = this.holes.pop() ?? this.used
    if (row >= this.capacity) this.grow(this.capacity * 2)
    if (row === this.used) this.used = row + 1
    this.rows.set(id, row)
    this.words[row] = undefined
    this.alive += 1
    return row
  }

  private end(id: number): void {
    const row = this.rows.get(id)
    if (row === undefined) return
    this.rows.delete(id)
    this.columns.id[row] = 0
    this.position[2 * row] = 0
    this.position[2 * row + 1] = 0
    this.trails.begin(row, 0, 0)
    this.holes.push(row)
    this.alive -= 1
  }

  private endMissing(frame: PictureFrame): void {
    const kept = new Set(frame.columns.id)
    for (const id of [...this.rows.keys()]) if (!kept.has(id)) this.end(id)
  }

  private grow(capacity: number): void {
    const columns = emptyColumns(capacity)
    for (const name of COLUMN_NAMES) columns[name].set(this.columns[name])
    const position = new Float64Array(2 * capacity)
    position.set(this.position)
    this.columns = columns
    this.position = position
    this.capacity = capacity
    this.trails.grow(capacity)
  }
}

/** One loop for each kind of array: a loop that has seen many kinds is ten times slower. */
function scatter(to: ColumnArray, from: ColumnArray, rows: Int32Array): void {
  if (to instanceof Float32Array) scatterFloats(to, from as Float32Array, rows)
  else if (to instanceof Float64Array) scatterDoubles(to, from as Float64Array, rows)
  else if (to instanceof Uint8Array) scatterBytes(to, from as Uint8Array, rows)
  else scatterIntegers(to, from, rows)
}

function scatterFloats(to: Float32Array, from: Float32Array, rows: Int32Array): void {
  for (let i = 0; i < rows.length; i++) to[rows[i] ?? 0] = from[i] ?? 0
}

function scatterDoubles(to: Float64Array, from: Float64Array, rows: Int32Array): void {
  for (let i = 0; i < rows.length; i++) to[rows[i] ?? 0] = from[i] ?? 0
}

function scatterBytes(to: Uint8Array, from: Uint8Array, rows: Int32Array): void {
  for (let i = 0; i < rows.length; i++) to[rows[i] ?? 0] = from[i] ?? 0
}

function scatterIntegers(to: ColumnArray, from: ColumnArray, rows: Int32Array): void {
  for (let i = 0; i < rows.length; i++) to[rows[i] ?? 0] = from[i] ?? 0
}
