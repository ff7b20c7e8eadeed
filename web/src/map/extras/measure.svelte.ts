import { bearing } from '../../places/danger.ts'

type Point = readonly [number, number]
const EARTH_KM = 6371.0088
const RADIANS = Math.PI / 180

/** The line that is being measured: none, waiting for its first point, one point, or whole. */
export const measured = $state<{ on: boolean; from: Point | null; to: Point | null }>({
  on: false,
  from: null,
  to: null,
})

/** Begins, or ends, measuring. */
export function startMeasure(): void {
  measured.on = !measured.on
  measured.from = measured.to = null
}

/** A click while measuring. */
export function measurePoint(point: Point): void {
  if (measured.from === null || measured.to !== null) {
    measured.from = point
    measured.to = null
  } else measured.to = point
}

/** Degrees from north at the first point, three digits; and kilometres along the great circle. */
export function bearingAndRange(from: Point, to: Point): readonly [degrees: string, km: string] {
  const [a, b] = [from[1] * RADIANS, to[1] * RADIANS]
  const [dy, dx] = [b - a, (to[0] - from[0]) * RADIANS]
  const h = Math.sin(dy / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dx / 2) ** 2
  const km = 2 * EARTH_KM * Math.asin(Math.sqrt(h))
  const degrees = String(Math.round(bearing(from, to)) % 360).padStart(3, '0')
  return [degrees, km.toFixed(km < 10 ? 2 : 1)]
}
