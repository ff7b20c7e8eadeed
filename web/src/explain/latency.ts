import { isRecord } from '../live/frames.ts'

/** One part of the way from a detection to a receipt, with its 50, 95 and 99 % times in seconds. */
export interface Stage {
  name: string
  count: number
  quantiles: (number | null)[]
}

const QUANTILES = ['p50', 'p95', 'p99'] as const

/** The answer of /api/latency: its legs, in the order of the way; and how the channels fare. */
export function readLatency(body: Record<string, unknown>): Stage[] {
  const legs = isRecord(body.legs) && isRecord(body.legs.all) ? body.legs.all : {}
  const channels = Array.isArray(body.channels) ? body.channels.filter(isRecord) : []
  return [...Object.entries(legs).flatMap(([name, row]) => stage(name, row)), ...channels.flatMap(channel)]
}

function stage(name: string, row: unknown): Stage[] {
  if (!isRecord(row)) return []
  const count = typeof row.count === 'number' ? row.count : typeof row.n === 'number' ? row.n : 0
  const quantiles = QUANTILES.map((key) => (typeof row[key] === 'number' ? row[key] : null))
  return [{ name, count, quantiles }]
}

/** A channel in one line: what it took, from the statement to its receipt. */
function channel(row: Record<string, unknown>): Stage[] {
  const name = typeof row.name === 'string' ? row.name : ''
  const trouble = typeof row.trouble === 'string' && row.trouble !== '' ? `: ${row.trouble}` : ''
  const received = typeof row.received === 'number' ? row.received : 0
  return [{ name: `→ ${name}${trouble}`, count: received, quantiles: [null, null, null] }]
}
