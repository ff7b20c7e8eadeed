import { COLUMN_NAMES, type PictureFrame, emptyColumns } from './frames.ts'

/** What tests make pictures of: numbers and, where it matters, places, states and words. */
export interface Made {
  ids: number[]
  kind?: 'snapshot' | 'delta'
  time?: number
  seq?: number
  lon?: number[]
  lat?: number[]
  state?: number[]
  cls?: number[]
  corr?: number[]
  gone?: number[]
  text?: Record<number, readonly (string | null)[]>
}

/** A picture as it stands after reading. */
export function picture(made: Made): PictureFrame {
  const columns = emptyColumns(made.ids.length)
  for (const [i, id] of made.ids.entries()) {
    columns.id[i] = id
    columns.lon[i] = made.lon?.[i] ?? 21 + i / 2
    columns.lat[i] = made.lat?.[i] ?? 57
    columns.state[i] = made.state?.[i] ?? 1
    columns.cls[i] = made.cls?.[i] ?? 0
    columns.corr[i] = made.corr?.[i] ?? 1
    columns.alt[i] = 1000
  }
  const words = Object.entries(made.text ?? {}).map(([id, row]) => {
    return [Number(id), [row[0] ?? '', row[1] ?? '', row[2] ?? '']] as const
  })
  return {
    kind: made.kind ?? 'snapshot',
    time: made.time ?? 1000,
    live: true,
    speed: 1,
    seq: made.seq ?? 1,
    n: made.ids.length,
    columns,
    text: new Map(words),
    gone: Uint32Array.from(made.gone ?? []),
    sent: null,
  }
}

/** The same as a map that can be encoded: what the server sends. */
export function pictureBody(made: Made): Record<string, unknown> {
  const frame = picture(made)
  const body: Record<string, unknown> = {
    v: 1,
    kind: frame.kind,
    time: frame.time,
    live: true,
    speed: 1,
    seq: frame.seq,
    n: frame.n,
    text: made.text ?? {},
    gone: new Uint8Array(frame.gone.buffer),
  }
  for (const name of COLUMN_NAMES) body[name] = new Uint8Array(frame.columns[name].buffer)
  return body
}
