import type { Annunciation } from '../live/said.ts'
import type { Sound } from './sound.ts'

const SOUND: Record<Annunciation['priority'], Sound> = { high: 'warning', medium: 'watch', low: 'note' }
const LOUDNESS: readonly Sound[] = ['note', 'watch', 'warning']

/**
 * Which annunciations are to be heard now: those whose `sounds` has grown since this page last looked. One alert stays one
 * line and one sound; it sounds again only when the server says so (a promotion). What this page finds when it opens and
 * nobody has acknowledged is heard once.
 */
export class Ear {
  private readonly heard = new Map<string, number>()

  listen(annunciations: readonly Annunciation[], me: string): Annunciation[] {
    const now: Annunciation[] = []
    const present = new Set(annunciations.map((one) => one.id))
    for (const one of annunciations) {
      const before = this.heard.get(one.id) ?? 0
      this.heard.set(one.id, one.sounds)
      const mine = one.for.length === 0 || one.for.includes(me)
      const quiet = !one.live || one.acknowledgedBy !== '' || one.shelvedUntil !== null
      if (one.sounds > before && mine && !(quiet && before === 0)) now.push(one)
    }
    for (const id of this.heard.keys()) if (!present.has(id)) this.heard.delete(id)
    return now
  }
}

/** Several at once are one sound: the gravest. */
export function gravest(heard: readonly Annunciation[]): Sound | null {
  const ranks = heard.map((one) => LOUDNESS.indexOf(SOUND[one.priority]))
  return ranks.length === 0 ? null : (LOUDNESS[Math.max(...ranks)] ?? null)
}

const URGENT = { high: 0, medium: 1, low: 2 } as const

/** The gravest and newest first; what waits for nobody comes last. */
export function inOrder(annunciations: readonly Annunciation[]): Annunciation[] {
  const waits = (one: Annunciation): number => Number(one.asks && one.acknowledgedBy === '')
  return annunciations.toSorted((a, b) => {
    return waits(b) - waits(a) || URGENT[a.priority] - URGENT[b.priority] || b.sounded - a.sounded
  })
}
