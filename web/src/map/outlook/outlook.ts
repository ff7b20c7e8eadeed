import type { Feature, Polygon, Position } from 'geojson'
import { isRecord } from '../../live/frames.ts'
import { m } from '../../messages/index.ts'
import { span } from '../../time/clock.ts'

/** What the server's forecaster says of where tracks may be, come down, and came from. One area of 50 or 90 %. */
export interface Area {
  kind: 'ahead' | 'impact' | 'launch' | 'origin'
  track: number
  share: 0.5 | 0.9
  place: Position
  /** Seconds UTC: 10, 50 and 90 % of an impact. */
  times: number[]
  steps: { after: number; place: Position }[]
  ring: Position[]
}

const KINDS: readonly string[] = ['ahead', 'impact', 'launch', 'origin']
/** Horizons that are written beside a corridor, seconds. */
const WRITTEN_S = new Set([60, 120, 300, 600, 1200, 1800])

/** Reads /api/forecast; what makes no sense is left out. */
export function readAreas(body: Record<string, unknown>): Area[] {
  return Array.isArray(body.features) ? body.features.flatMap(readArea) : []
}

function readArea(one: unknown): Area[] {
  if (!isRecord(one) || !isRecord(one.properties) || !isRecord(one.geometry)) return []
  const known = one.properties
  const ring = (one.geometry.coordinates as unknown[] | undefined)?.[0]
  if (!Array.isArray(ring) || ring.length < 4 || typeof known.kind !== 'string' || !KINDS.includes(known.kind))
    return []
  if (typeof known.track !== 'number' || !isPoint(known.place)) return []
  return [
    {
      kind: known.kind as Area['kind'],
      track: known.track,
      share: known.share === 0.5 ? 0.5 : 0.9,
      place: known.place,
      times: Array.isArray(known.times) ? known.times.filter((time) => typeof time === 'number') : [],
      steps: Array.isArray(known.steps) ? known.steps.flatMap(readStep) : [],
      ring: ring.filter(isPoint),
    },
  ]
}

function readStep(one: unknown): Area['steps'] {
  if (!isRecord(one) || typeof one.after_s !== 'number' || !isPoint(one.place)) return []
  return [{ after: one.after_s, place: one.place }]
}

function isPoint(value: unknown): value is Position {
  return Array.isArray(value) && Number.isFinite(value[0]) && Number.isFinite(value[1])
}

/**
 * What is drawn of them at a time: areas, and words once for each track and kind. Where something falls and was launched is
 * drawn of all; corridors and origins of the chosen one alone: those of a raid lie over each other until nothing is seen.
 */
export function drawnAreas(areas: readonly Area[], now: number, chosen: number | null): Feature[] {
  return areas.flatMap((area): Feature[] => {
    if (area.track !== chosen && (area.kind === 'ahead' || area.kind === 'origin')) return []
    const geometry: Polygon = { type: 'Polygon', coordinates: [area.ring] }
    const what = `${area.kind}-${100 * area.share}`
    const made: Feature[] = [{ type: 'Feature', properties: { what }, geometry }]
    if (area.share !== 0.9) return made
    const write = (at: Position, words: string, kind: string): void => {
      const point = { type: 'Point', coordinates: at } as const
      made.push({ type: 'Feature', properties: { what: `${kind}-words`, words }, geometry: point })
    }
    const name = m.track.number(area.track)
    if (area.kind === 'ahead') {
      for (const step of area.steps)
        if (WRITTEN_S.has(step.after)) write(step.place, m.drawn.ahead(step.after / 60), 'ahead')
    } else if (area.kind === 'impact')
      write(top(area.ring), `${name}: ${m.drawn.fall(until(area.times, now))}`, 'impact')
    else
      write(
        area.kind === 'launch' ? top(area.ring) : area.place,
        `${name}: ${area.kind === 'launch' ? m.drawn.launch : m.drawn.origin}`,
        'launch',
      )
    return made
  })
}

/** The northernmost corner: what is written there does not cover the area. */
function top(ring: readonly Position[]): Position {
  return ring.reduce((a, b) => ((b[1] ?? 0) > (a[1] ?? 0) ? b : a))
}

/** "0:40 – 1:10": from when to when it comes, counting down. */
function until(times: readonly number[], now: number): string {
  const [early, late] = [times[0], times[2]]
  if (early === undefined || late === undefined) return ''
  const left = (time: number): string => span(Math.max(0, time - now))
  return left(early) === left(late) ? left(late) : `${left(early)} – ${left(late)}`
}
