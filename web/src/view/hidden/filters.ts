import type { Tracks } from '../../live/tracks.ts'
import type { Picked } from '../picked.ts'

/** Why a track is not drawn; index 0: it is. The first reason that fits is counted. */
export const REASONS = ['', 'tentative', 'coasting', 'group', 'alone', 'height', 'search'] as const
export type Reason = Exclude<(typeof REASONS)[number], ''>

const THREATS = new Set([
  'multirotor',
  'small fixed-wing drone',
  'one-way-attack drone',
  'cruise missile',
  'ballistic rocket',
  'artillery or mortar round',
])

export type Group = keyof Picked['groups']

export function groupOf(className: string): Group {
  if (THREATS.has(className)) return 'threat'
  if (className === 'bird') return 'bird'
  return className === 'unknown' || className === '' ? 'unknown' : 'aircraft'
}

const TENTATIVE = 0
const COASTING = 2

export interface Sifted {
  /** How many rows each reason hides; index 0: drawn. */
  counts: number[]
  changed: boolean
}

/**
 * Fills `why` (an index into REASONS for each row; holes get 255) and says whether that changed anything.
 * The chosen track is never hidden: what a person looks at does not vanish under their hand.
 */
export function sift(tracks: Tracks, picked: Picked, search: string, chosen: number | null, why: Uint8Array): Sifted {
  let changed = false
  const counts: number[] = REASONS.map(() => 0)
  const { id, state, cls, corr, alt } = tracks.columns
  const groups = tracks.classes.map((name) => picked.groups[groupOf(name)])
  // Read once: what is picked is reactive, and each reading of it costs more than a comparison.
  const { tentative, coasting } = picked.states
  const alone = picked.alone
  const low = picked.lowest ?? -Infinity
  const high = picked.highest ?? Infinity
  const wanted = search.trim().toLowerCase()
  for (let row = 0; row < tracks.used; row++) {
    let reason = 0
    if (id[row] === 0) reason = 255
    else if (!tentative && state[row] === TENTATIVE) reason = 1
    else if (!coasting && (state[row] ?? 0) >= COASTING) reason = 2
    else if (groups[cls[row] ?? 0] === false) reason = 3
    else if (!alone && corr[row] === 0) reason = 4
    else if ((alt[row] ?? 0) < low || (alt[row] ?? 0) > high) reason = 5
    else if (wanted !== '' && !matches(tracks, row, wanted)) reason = 6
    if (id[row] === chosen) reason = 0
    if (why[row] !== reason) {
      why[row] = reason
      changed = true
    }
    if (reason !== 255) counts[reason] = (counts[reason] ?? 0) + 1
  }
  return { counts, changed }
}

function matches(tracks: Tracks, row: number, wanted: string): boolean {
  const [identity, callsign, mark] = tracks.wordsOf(row)
  return `t${tracks.columns.id[row] ?? 0} ${identity} ${callsign} ${mark} ${tracks.classOf(row)}`
    .toLowerCase()
    .includes(wanted)
}
