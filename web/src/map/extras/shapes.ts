import type { Feature, Geometry, Position } from 'geojson'
import type { Health, Sensor, Site } from '../../live/board.ts'
import type { Tracks } from '../../live/tracks.ts'
import { m } from '../../messages/index.ts'
import { bearing, middle, sooner, stirs } from '../../places/danger.ts'
import { span } from '../../time/clock.ts'
import { away, bearingAndRange, circle, kilometres } from '../range.ts'

type Point = readonly [number, number]
const RADIANS = Math.PI / 180
export const RINGS_KM = [10, 20, 50, 100] as const
/** Minutes ahead at which the forecast of the chosen track is drawn. */
const AHEAD_MIN = [1, 2, 5, 10] as const
const SIGMAS = { 50: 1.1774, 90: 2.146 } as const
/** Turning and changing speed: how much a velocity may wander, (m/s)^2 a second, as the tracker's calmer modes have it. */
const WANDER = 1.0

export function shape(what: string, geometry: Geometry, words = ''): Feature {
  return { type: 'Feature', properties: { what, words }, geometry }
}
const line = (points: Position[]): Geometry => ({ type: 'LineString', coordinates: points })
const area = (points: Position[]): Geometry => ({ type: 'Polygon', coordinates: [points] })
const point = (at: Position): Geometry => ({ type: 'Point', coordinates: at })

/** Range rings around every site, with their kilometres at the top. */
export function rangeRings(site: Site): Feature[] {
  return site.places
    .filter((place) => place.kind === 'site')
    .flatMap((place) => {
      const center = middle(place.geometry)
      return RINGS_KM.flatMap((km) => {
        const ring = circle(center, 1000 * km)
        return [
          shape('range', line(ring)),
          shape('range-words', point(away(center, 0, 1000 * km)), `${String(km)} ${m.units.km}`),
        ]
      })
    })
}

/** Where a track may be in a few minutes if it flies on: 50 and 90 % areas, growing with what is not known. */
export function cone(tracks: Tracks, row: number): Feature[] {
  const c = tracks.columns
  const of = (column: ArrayLike<number>): number => column[row] ?? 0
  const [lon, lat] = [of(c.lon), of(c.lat)]
  const course = Math.atan2(of(c.ve), of(c.vn))
  const speed = Math.hypot(of(c.ve), of(c.vn))
  const sigma = Math.hypot(of(c.major), of(c.minor)) / Math.SQRT2
  return AHEAD_MIN.flatMap((minutes) => {
    const s = 60 * minutes
    const spread = Math.sqrt(sigma ** 2 + (s * of(c.vs)) ** 2 + (WANDER * s ** 3) / 3)
    const center = away([lon, lat], course, speed * s)
    const outer = circle(center, spread * SIGMAS[90])
    return [
      shape('cone-90', area(outer)),
      shape('cone-50', area(circle(center, spread * SIGMAS[50]))),
      shape('cone-words', point(center), m.drawn.flyingOn(minutes)),
    ]
  })
}

/** From a station that hears only directions to what it heard of: the wedge in which that lies. */
export function wedges(tracks: Tracks, why: Uint8Array, sensors: readonly Sensor[]): Feature[] {
  const stations = new Map(sensors.filter((one) => one.kind === 'direction').map((one) => [one.name, one]))
  if (stations.size === 0) return []
  const found: Feature[] = []
  const { lon, lat, major, minor } = tracks.columns
  for (let row = 0; row < tracks.used; row++) {
    const station = stations.get(tracks.sensorOf(row))
    const long = major[row] ?? 0
    // A direction leaves the range open: only then is the ellipse long, and the wedge says more than it.
    if (why[row] !== 0 || station === undefined || !Number.isFinite(station.lon) || long < 3 * (minor[row] ?? 0))
      continue
    const from: Point = [station.lon, station.lat]
    const to: Point = [lon[row] ?? 0, lat[row] ?? 0]
    const middleway = bearing(from, to) * RADIANS
    // Two sigmas to either side, as seen from the station.
    const half = Math.min(0.6, Math.max(0.01, Math.atan2(2 * (minor[row] ?? 0), 1000 * kilometres(from, to))))
    const reach = station.rangeMax
    const arc = [-1, -0.5, 0, 0.5, 1].map((part) => away(from, middleway + part * half, reach))
    found.push(shape('wedge', area([[...from], ...arc, [...from]])))
  }
  return found
}

/**
 * At each place that something may come to: when, counting down; and rings from which the nearest of those that threaten it
 * arrives in so many minutes, at the speed that it flies now.
 */
export function arrivals(site: Site, health: Health | null, now: number, tracks: Tracks): Feature[] {
  if (health === null) return []
  const places = new Map(site.places.map((place) => [place.name, place]))
  return health.places.flatMap((known) => {
    const place = places.get(known.name)
    const arrival = sooner(known.arrival, Math.max(0, now - health.time))
    if (place === undefined || arrival === null || !stirs(known.stage)) return []
    const center = middle(place.geometry)
    const words = shape(
      'arrival-words',
      point(away(center, 0, place.ring)),
      arrival[1] < 1 ? m.places.entered : m.places.countdown(span(arrival[1]), span(arrival[0])),
    )
    const first = known.reasons.find((reason) => reason.arrival !== null)
    const row = first === undefined ? -1 : tracks.row(first.track)
    if (row < 0) return [words]
    const speed = Math.hypot(tracks.columns.ve[row] ?? 0, tracks.columns.vn[row] ?? 0)
    const rings = AHEAD_MIN.flatMap((minutes) => {
      const radius = place.ring + speed * 60 * minutes
      return [
        shape('arrival', line(circle(center, radius))),
        shape('ring-words', point(away(center, 0, radius)), `${String(minutes)} ${m.units.min}`),
      ]
    })
    return [...rings, words]
  })
}

/** The line that is being measured, with its words. */
export function ruler(from: Point | null, to: Point | null): Feature[] {
  if (from === null) return []
  if (to === null) return [shape('ruler-end', point([...from]))]
  const [degrees, km] = bearingAndRange(from, to)
  return [
    shape('ruler', line([[...from], [...to]])),
    shape('ruler-end', point([...from])),
    shape('ruler-words', point([...to]), m.map.measured(degrees, km)),
  ]
}
