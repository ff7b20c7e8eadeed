import type { Place } from '../live/board.ts'

const METRES_PER_DEGREE = 111_195
const RADIANS = Math.PI / 180

/** A place as flat metres around its middle: exact to a part in a thousand within a few hundred kilometres. */
interface Flat {
  name: string
  title: string
  lon: number
  lat: number
  scaleX: number
  kind: Place['kind']
  ring: number
  points: Float64Array
}

/** Tells which protected place is nearest, and how far: a distance, not a forecast. */
export class Nearest {
  private readonly flats: Flat[]

  constructor(places: readonly Place[]) {
    this.flats = places.filter((place) => place.geometry.length > 0).map(flatten)
  }

  /** Metres to the place's ring, polygon or line (0 inside); null when there are no places. */
  find(lon: number, lat: number): { title: string; name: string; metres: number } | null {
    let best: { title: string; name: string; metres: number } | null = null
    for (const flat of this.flats) {
      const metres = distance(flat, lon, lat)
      if (best === null || metres < best.metres) best = { title: flat.title, name: flat.name, metres }
    }
    return best
  }

  /** Metres to one place; infinite for an unknown one. */
  to(name: string, lon: number, lat: number): number {
    const flat = this.flats.find((one) => one.name === name)
    return flat === undefined ? Infinity : distance(flat, lon, lat)
  }
}

function flatten(place: Place): Flat {
  const [lon, lat] = place.geometry[0] ?? [0, 0]
  const scaleX = METRES_PER_DEGREE * Math.cos(lat * RADIANS)
  const points = new Float64Array(2 * place.geometry.length)
  for (const [i, [x, y]] of place.geometry.entries()) {
    points[2 * i] = (x - lon) * scaleX
    points[2 * i + 1] = (y - lat) * METRES_PER_DEGREE
  }
  return { name: place.name, title: place.title, lon, lat, scaleX, kind: place.kind, ring: place.ring, points }
}

function distance(flat: Flat, lon: number, lat: number): number {
  const x = (lon - flat.lon) * flat.scaleX
  const y = (lat - flat.lat) * METRES_PER_DEGREE
  const { points } = flat
  const n = points.length / 2
  if (n === 1) return Math.max(0, Math.sqrt(x * x + y * y) - flat.ring)
  let least = Infinity
  let inside = false
  const first = flat.kind === 'zone' ? 0 : 1
  for (let i = first; i < n; i++) {
    const j = i === 0 ? n - 1 : i - 1
    const [ax, ay] = [points[2 * j] ?? 0, points[2 * j + 1] ?? 0]
    const [bx, by] = [points[2 * i] ?? 0, points[2 * i + 1] ?? 0]
    least = Math.min(least, toSegment(x, y, ax, ay, bx, by))
    if (flat.kind === 'zone' && ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside ? 0 : Math.max(0, least - flat.ring)
}

function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length2 = dx * dx + dy * dy
  const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length2))
  const [offX, offY] = [x - ax - t * dx, y - ay - t * dy]
  // Not Math.hypot: every track is asked for every place, and that is ten times slower.
  return Math.sqrt(offX * offX + offY * offY)
}
