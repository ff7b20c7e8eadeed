import { decode } from '@msgpack/msgpack'

/** What a frame's columns hold: name and width in bytes. Little-endian, n rows each; the order is the server's promise. */
const COLUMNS = {
  id: Uint32Array,
  lon: Float64Array,
  lat: Float64Array,
  alt: Float32Array,
  ve: Float32Array,
  vn: Float32Array,
  vu: Float32Array,
  existence: Float32Array,
  state: Uint8Array,
  cls: Uint8Array,
  clsp: Float32Array,
  major: Float32Array,
  minor: Float32Array,
  angle: Float32Array,
  vs: Float32Array,
  last: Float64Array,
  sensor: Uint16Array,
  born: Float64Array,
  ndet: Uint32Array,
  continues: Int32Array,
  swapped: Int32Array,
  group: Uint8Array,
  corr: Uint8Array,
} as const

export type ColumnName = keyof typeof COLUMNS
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[]
export type ColumnArray = InstanceType<(typeof COLUMNS)[ColumnName]>
export type Columns = { [K in ColumnName]: InstanceType<(typeof COLUMNS)[K]> }

/** New columns of a capacity, all zero. */
export function emptyColumns(capacity: number): Columns {
  const made: Record<string, unknown> = {}
  for (const name of COLUMN_NAMES) made[name] = new COLUMNS[name](capacity)
  return made as Columns
}

/** identity, callsign, mark. */
export type Words = readonly [string, string, string]

/**
 * Tracks at one time: all of them (snapshot) or those that changed (delta). Times are seconds UTC. The columns are good until
 * the next frame is read: five pictures a second would otherwise leave megabytes behind to be collected.
 */
export interface PictureFrame {
  kind: 'snapshot' | 'delta'
  time: number
  live: boolean
  speed: number
  seq: number
  n: number
  columns: Columns
  text: Map<number, Words>
  gone: Uint32Array
  /** When the server sent it, by its own clock; null when it does not say. */
  sent: number | null
}

/** Everything else that comes over the socket, as a plain map still to be read by its own reader. */
export interface PlainFrame {
  kind: 'plain'
  name: string
  body: Record<string, unknown>
}

/** A frame that cannot be used. The message says what came and what was expected; `reason` is short, to be counted. */
export class FrameError extends Error {
  readonly reason: string
  constructor(reason: string, detail: string) {
    super(`${reason}: ${detail}`)
    this.reason = reason
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** Reads one frame as it came over the wire. Throws FrameError and nothing else, whatever the bytes are. */
export function readFrame(bytes: ArrayBuffer | Uint8Array): PictureFrame | PlainFrame {
  let body: unknown
  try {
    body = decode(bytes)
  } catch (error) {
    throw new FrameError('not a MessagePack frame', error instanceof Error ? error.message : String(error))
  }
  if (!isRecord(body) || typeof body.kind !== 'string') {
    throw new FrameError('not a frame', 'expected a map with a "kind"')
  }
  const kind = body.kind
  if (kind !== 'snapshot' && kind !== 'delta') return { kind: 'plain', name: kind, body }
  if (body.v !== 1) throw new FrameError('unknown frame version', `got ${String(body.v)}, this page reads 1`)
  return readPicture(kind, body)
}

function readPicture(kind: 'snapshot' | 'delta', body: Record<string, unknown>): PictureFrame {
  const n = count(body, 'n')
  const made: Record<string, unknown> = {}
  for (const name of COLUMN_NAMES) made[name] = column(body, name, n)
  return {
    kind,
    time: finite(body, 'time'),
    live: body.live !== false,
    speed: typeof body.speed === 'number' ? body.speed : 1,
    seq: count(body, 'seq'),
    n,
    columns: made as Columns,
    text: words(body.text),
    gone: bytesOf(body.gone, Uint32Array, 'gone'),
    sent: typeof body.sent === 'number' ? body.sent : null,
  }
}

interface ColumnMaker {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, at?: number, length?: number): ColumnArray
}

function column(body: Record<string, unknown>, name: ColumnName, n: number): ColumnArray {
  const made = bytesOf(body[name], COLUMNS[name] as ColumnMaker, name)
  if (made.length !== n)
    throw new FrameError('column of the wrong length', `"${name}" has ${made.length} rows, not ${n}`)
  return made
}

function bytesOf<T extends ColumnArray>(
  value: unknown,
  make: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer, at?: number, length?: number): T },
  name: string,
): T {
  if (value === undefined && name === 'gone') return new make(new ArrayBuffer(0))
  if (!(value instanceof Uint8Array)) throw new FrameError('column missing', `"${name}" is no byte string`)
  if (value.length % make.BYTES_PER_ELEMENT !== 0) {
    throw new FrameError('column of the wrong length', `"${name}" has ${value.length} bytes`)
  }
  // A copy: what MessagePack hands out lies at any offset, and typed arrays must be aligned.
  return new make(kept(name, value), 0, value.length / make.BYTES_PER_ELEMENT)
}

const room = new Map<string, Uint8Array<ArrayBuffer>>()

/** The bytes in room that is used again by every frame. */
function kept(name: string, value: Uint8Array): ArrayBuffer {
  let mine = room.get(name)
  if (mine === undefined || mine.length < value.length) {
    mine = new Uint8Array(8 * Math.ceil((1.5 * value.length) / 8))
    room.set(name, mine)
  }
  mine.set(value)
  return mine.buffer
}

function words(value: unknown): Map<number, Words> {
  const found = new Map<number, Words>()
  if (!isRecord(value)) return found
  for (const [id, row] of Object.entries(value)) {
    if (!Array.isArray(row)) continue
    const word = (i: number): string => (typeof row[i] === 'string' ? row[i] : '')
    found.set(Number(id), [word(0), word(1), word(2)])
  }
  return found
}

function count(body: Record<string, unknown>, name: string): number {
  const value = body[name]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new FrameError('header missing', `"${name}" is no count`)
  }
  return value
}

function finite(body: Record<string, unknown>, name: string): number {
  const value = body[name]
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new FrameError('header missing', `"${name}" is no number`)
  return value
}
