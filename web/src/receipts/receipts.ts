import { isRecord } from '../live/frames.ts'

/** What became of one statement on one channel. Legs in seconds; `took` from its release to its receipt. */
export interface Receipt {
  identifier: string
  channel: string
  outcome: string
  detail: string
  legs: [string, number][]
  took: number | null
}

export interface Channel {
  name: string
  kind: string
  trouble: string
  /** What its other end says of itself: a siren's relay and current. */
  state: string
  waiting: number
}

export interface Deliveries {
  channels: Channel[]
  receipts: Receipt[]
}

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const word = (row: Row, name: string): string => (typeof row[name] === 'string' ? row[name] : '')

/** What follows the release; what goes before it is the same for every channel. */
const AFTER = ['release to document', 'document to send', 'send to receipt']

/** The answer of /api/latency. */
export function readDeliveries(body: Row): Deliveries {
  return {
    channels: rows(body.channels).map((row) => ({
      name: word(row, 'name'),
      kind: word(row, 'kind'),
      trouble: word(row, 'trouble'),
      state: word(row, 'state'),
      waiting: typeof row.waiting === 'number' ? row.waiting : 0,
    })),
    receipts: rows(body.alerts).map((row) => {
      const legs = isRecord(row.legs) ? row.legs : {}
      const known = Object.entries(legs).filter((leg): leg is [string, number] => typeof leg[1] === 'number')
      const after = known.filter(([name]) => AFTER.includes(name))
      return {
        identifier: word(row, 'identifier'),
        channel: word(row, 'channel'),
        outcome: word(row, 'outcome'),
        detail: word(row, 'detail'),
        legs: known,
        took: after.length === 0 ? null : after.reduce((sum, [, seconds]) => sum + seconds, 0),
      }
    }),
  }
}

export interface Told {
  /** One line for each channel that has this statement, or that is in trouble and may not. */
  lines: { channel: string; outcome: string; detail: string; state: string; took: number | null; well: boolean }[]
  received: number
  /** Each leg once, the slowest channel's; and all of them together. */
  legs: [string, number][]
  total: number | null
}

const WAY = ['detection to track', 'track to decision', 'decision to release', ...AFTER]

/** What is known of one statement, channel by channel. The newest receipt of a channel counts. */
export function of(identifier: string, known: Deliveries): Told {
  const mine = new Map<string, Receipt>()
  for (const one of known.receipts)
    if (one.identifier === identifier && !mine.has(one.channel)) mine.set(one.channel, one)
  const channels = new Map(known.channels.map((one) => [one.name, one]))
  const lines = [...mine.values()].map((one) => {
    const channel = channels.get(one.channel)
    const well = one.outcome === 'received'
    const detail = one.detail === '' ? (channel?.trouble ?? '') : one.detail
    return { channel: one.channel, outcome: one.outcome, detail, state: channel?.state ?? '', took: one.took, well }
  })
  for (const one of known.channels) {
    if (mine.has(one.name) || (one.trouble === '' && one.waiting === 0)) continue
    lines.push({ channel: one.name, outcome: '', detail: one.trouble, state: one.state, took: null, well: false })
  }
  const slowest = [...mine.values()]
    .filter((one) => one.took !== null)
    .toSorted((a, b) => (b.took ?? 0) - (a.took ?? 0))[0]
  const found = new Map(slowest?.legs ?? [])
  const legs = WAY.flatMap((name): [string, number][] => (found.has(name) ? [[name, found.get(name) ?? 0]] : []))
  const total = legs.length === 0 ? null : legs.reduce((sum, [, seconds]) => sum + seconds, 0)
  return { lines, received: lines.filter((line) => line.well).length, legs, total }
}
