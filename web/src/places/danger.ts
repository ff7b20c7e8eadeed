import type { Arrival, Health, Place, PlaceHealth, Stage } from '../live/board.ts'

/** How a place stands, ready to be sorted and told. Times in seconds from now. */
export interface Danger {
  place: Place
  known: PlaceHealth | undefined
  stage: Stage
  arrival: Arrival | null
  /** Until the longest action no longer fits before the first may come (one in ten is earlier); Infinity: nothing comes. */
  toAct: number
  who: readonly (readonly [kind: string, count: number])[]
  /** Bearings from the place to those who threaten it, degrees from north. */
  from: number[]
}

const ORDER: Record<Stage, number> = { 'under way': 0, warning: 1, watch: 2, 'all clear': 3, quiet: 4 }
const RADIANS = Math.PI / 180
export const COMPASS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Compass = (typeof COMPASS)[number]

export const stirs = (stage: Stage): boolean => stage !== 'quiet' && stage !== 'all clear'

/** Every place, the one with the least time to act first; then those that are not seen, then the quiet ones. */
export function dangers(
  places: readonly Place[],
  health: Health | null,
  now: number,
  at: (track: number) => readonly [number, number] | null,
): Danger[] {
  const known = new Map(health?.places.map((place) => [place.name, place]))
  const aged = Math.max(0, now - (health?.time ?? now))
  return places.map((place) => danger(place, known.get(place.name), aged, at)).sort(order)
}

function danger(
  place: Place,
  known: PlaceHealth | undefined,
  aged: number,
  at: (track: number) => readonly [number, number] | null,
): Danger {
  const stage = known?.stage ?? 'quiet'
  const arrival = known !== undefined && stirs(stage) ? sooner(known.arrival, aged) : null
  const counted = new Map<string, number>()
  const from: number[] = []
  for (const reason of stirs(stage) ? (known?.reasons ?? []) : []) {
    counted.set(reason.kind, (counted.get(reason.kind) ?? 0) + 1)
    const where = at(reason.track)
    if (where !== null) from.push(bearing(middle(place.geometry), where))
  }
  const longest = place.actions[0]?.seconds ?? 0
  return {
    place,
    known,
    stage,
    arrival,
    toAct: arrival === null ? Infinity : arrival[0] - longest,
    who: [...counted].sort((a, b) => b[1] - a[1]),
    from,
  }
}

function order(a: Danger, b: Danger): number {
  const [p, q] = [ORDER[a.stage], ORDER[b.stage]]
  const active = Number(stirs(b.stage)) - Number(stirs(a.stage))
  if (active !== 0) return active
  if (a.toAct !== b.toAct) return a.toAct - b.toAct
  return p - q || Number(b.known?.observation === 'blind') - Number(a.known?.observation === 'blind')
}

export function sooner(arrival: Arrival | null, seconds: number): Arrival | null {
  if (arrival === null) return null
  const [early, likely, late] = arrival
  return [Math.max(0, early - seconds), Math.max(0, likely - seconds), Math.max(0, late - seconds)]
}

/** The bearing from one point to another, degrees clockwise from north. */
export function bearing(from: readonly [number, number], to: readonly [number, number]): number {
  const [a, b] = [from[1] * RADIANS, to[1] * RADIANS]
  const turn = (to[0] - from[0]) * RADIANS
  const east = Math.sin(turn) * Math.cos(b)
  const north = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(turn)
  return (Math.atan2(east, north) / RADIANS + 360) % 360
}

export function compass(degrees: number): Compass {
  return COMPASS[Math.round(degrees / 45) % 8] ?? 'n'
}

/** The directions that things come from, the most frequent first; three at most. */
export function sides(from: readonly number[]): Compass[] {
  const counted = new Map<Compass, number>()
  for (const degrees of from) counted.set(compass(degrees), (counted.get(compass(degrees)) ?? 0) + 1)
  return [...counted]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([side]) => side)
}

export type Fit = 'fits' | 'tight' | 'over'

/** Whether an action still fits before the first comes: surely (one in ten comes sooner), perhaps, or no more. */
export function fits(arrival: Arrival, seconds: number): Fit {
  if (arrival[0] >= seconds) return 'fits'
  return arrival[1] >= seconds ? 'tight' : 'over'
}

export function middle(points: readonly (readonly [number, number])[]): [number, number] {
  if (points.length === 0) return [0, 0]
  const lons = points.map((p) => p[0])
  const lats = points.map((p) => p[1])
  return [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2]
}
