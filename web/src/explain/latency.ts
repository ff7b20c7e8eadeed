import { isRecord } from '../live/frames.ts'

/** One part of the way from a detection to a receipt, with its 50, 95 and 99 % times in seconds. */
export interface Stage {
  name: string
  count: number
  quantiles: (number | null)[]
}

const QUANTILES = ['p50', 'p95', 'p99'] as const
const KEYS = ['p50_s', 'p95_s', 'p99_s'] as const

/** The answer of /api/latency: its stages, in the order of the way. */
export function readLatency(body: Record<string, unknown>): Stage[] {
  const found = body.stages
  const named: [string, unknown][] = Array.isArray(found)
    ? found.filter(isRecord).map((row) => [typeof row.stage === 'string' ? row.stage : '', row])
    : isRecord(found)
      ? Object.entries(found)
      : []
  return named
    .filter((pair): pair is [string, Record<string, unknown>] => isRecord(pair[1]))
    .map(([name, row]) => ({
      name,
      count: typeof row.count === 'number' ? row.count : typeof row.n === 'number' ? row.n : 0,
      quantiles: QUANTILES.map((key, i) => {
        const value = row[key] ?? row[KEYS[i] ?? '']
        return typeof value === 'number' ? value : null
      }),
    }))
}
