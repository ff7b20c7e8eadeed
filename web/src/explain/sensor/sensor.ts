import { isRecord } from '../../live/frames.ts'

/** What is known against or for a sensor: residuals by quantity, and clutter by cell of range and azimuth. */
export interface SensorWhy {
  residuals: { of: string; times: number[]; values: number[] }[]
  cells: { from: number; to: number; left: number; right: number; clutter: number }[]
  rangeMax: number
}

type Row = Record<string, unknown>
const numbers = (value: unknown): (number | null)[] =>
  Array.isArray(value) ? value.map((one) => (typeof one === 'number' ? one : null)) : []
const number = (row: Row, name: string): number => (typeof row[name] === 'number' ? row[name] : 0)

/** Reads the answer of /api/explain/sensor: rings of range, ring by ring of sectors clockwise from north. */
export function readSensor(body: Row): SensorWhy {
  const map = isRecord(body.cells) ? body.cells : {}
  const least = number(map, 'least_m')
  const most = number(map, 'most_m')
  return {
    residuals: readResiduals(isRecord(body.residuals) ? body.residuals : {}),
    cells: map.kind === 'polar' ? readCells(map, least, most) : [],
    rangeMax: Math.max(1, most),
  }
}

/** One series for each quantity, of the plots that measured it. */
function readResiduals(columns: Row): SensorWhy['residuals'] {
  const times = numbers(columns.time)
  return Object.keys(columns)
    .filter((name) => name !== 'time')
    .map((name) => {
      const pairs = numbers(columns[name]).flatMap((value, k) => {
        const time = times[k]
        return value === null || time === null || time === undefined ? [] : [[time, value] as const]
      })
      return { of: name, times: pairs.map(([time]) => time), values: pairs.map(([, value]) => value) }
    })
    .filter((one) => one.values.length > 0)
}

function readCells(map: Row, least: number, most: number): SensorWhy['cells'] {
  const [rings, sectors] = [number(map, 'rings'), number(map, 'sectors')]
  const step = (most - least) / Math.max(1, rings)
  return numbers(map.clutter_per_scan).map((clutter, k) => {
    const [ring, sector] = [Math.floor(k / Math.max(1, sectors)), k % Math.max(1, sectors)]
    return {
      from: least + ring * step,
      to: least + (ring + 1) * step,
      left: (360 / Math.max(1, sectors)) * sector,
      right: (360 / Math.max(1, sectors)) * (sector + 1),
      clutter: clutter ?? 0,
    }
  })
}
