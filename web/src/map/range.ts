import type { Position } from 'geojson'
import { bearing } from '../places/danger.ts'

type Point = readonly [number, number]
const EARTH_M = 6_371_008.8
const DEGREES = 180 / Math.PI

/** Along the great circle. */
export function kilometres(from: Point, to: Point): number {
  const [a, b] = [from[1] / DEGREES, to[1] / DEGREES]
  const [dy, dx] = [b - a, (to[0] - from[0]) / DEGREES]
  const h = Math.sin(dy / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dx / 2) ** 2
  return (2 * EARTH_M * Math.asin(Math.sqrt(h))) / 1000
}

/** Degrees from north at the first point, three digits; and kilometres along the great circle. */
export function bearingAndRange(from: Point, to: Point): readonly [degrees: string, km: string] {
  const km = kilometres(from, to)
  const degrees = String(Math.round(bearing(from, to)) % 360).padStart(3, '0')
  return [degrees, km.toFixed(km < 10 ? 2 : 1)]
}

/** The point at a bearing (radians from north, clockwise) and distance, on a sphere: good to a line's width on a map. */
export function away(from: readonly [number, number], bearing: number, distance: number): [number, number] {
  const lat = from[1] / DEGREES
  const arc = distance / EARTH_M
  const lat2 = Math.asin(Math.sin(lat) * Math.cos(arc) + Math.cos(lat) * Math.sin(arc) * Math.cos(bearing))
  const turn = Math.atan2(
    Math.sin(bearing) * Math.sin(arc) * Math.cos(lat),
    Math.cos(arc) - Math.sin(lat) * Math.sin(lat2),
  )
  return [from[0] + turn * DEGREES, lat2 * DEGREES]
}

export function circle(center: readonly [number, number], radius: number): Position[] {
  if (radius <= 0) return []
  return Array.from({ length: 97 }, (_, i) => away(center, (2 * Math.PI * (i % 96)) / 96, radius))
}
