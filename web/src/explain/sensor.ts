import { isRecord } from '../live/frames.ts'

/** What is known against or for a sensor: residuals in sigmas, and clutter by cell of range and azimuth. */
export interface SensorWhy {
  residuals: { of: string; times: number[]; values: number[] }[]
  cells: { from: number; to: number; left: number; right: number; clutter: number }[]
  rangeMax: number
}

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : [])
const number = (row: Row, name: string): number => (typeof row[name] === 'number' ? row[name] : 0)

/** Reads the answer of /api/explain/sensor; what an older or newer server leaves out stays empty. */
export function readSensor(body: Row): SensorWhy {
  const cells = rows(body.cells).map((row) => ({
    from: number(row, 'range_from_m'),
    to: number(row, 'range_to_m'),
    left: number(row, 'azimuth_from_deg'),
    right: number(row, 'azimuth_to_deg'),
    clutter: number(row, 'clutter'),
  }))
  return {
    residuals: rows(body.residuals).map((row) => ({
      of: typeof row.of === 'string' ? row.of : '',
      times: numbers(row.times),
      values: numbers(row.values),
    })),
    cells,
    rangeMax: Math.max(1, ...cells.map((cell) => cell.to)),
  }
}
