import type { MapControls } from '../map/controls.ts'
import { STEP_S } from '../time/timeline.svelte.ts'
import { COVERAGE_M, LEADERS_MIN, TRAILS_MIN, picked } from './choices.svelte.ts'
import type { Desk } from './desk.svelte.ts'
import type { TrackList } from './tracklist.svelte.ts'

export interface KeyTargets {
  desk: Desk
  list: TrackList
  map: () => MapControls | null
  search: () => void
  sheet: () => void
  escape: () => void
  tab: (n: number) => void
  center: () => void
  preferences: () => void
  scores: () => void
  scenes: () => void
  acknowledge: () => void
}

function next<T>(choices: readonly T[], now: T): T {
  return choices[(choices.indexOf(now) + 1) % choices.length] ?? now
}

/** All keys of the page in one table. */
function keyTable(to: KeyTargets): Record<string, () => void> {
  const { desk, list } = to
  const timeline = desk.timeline
  return {
    '?': to.sheet,
    '/': to.search,
    j: () => {
      list.step(1)
    },
    k: () => {
      list.step(-1)
    },
    Enter: to.center,
    Escape: to.escape,
    ' ': () => void timeline.pause(),
    '[': () => {
      timeline.step(-STEP_S)
    },
    ']': () => {
      timeline.step(STEP_S)
    },
    l: () => {
      timeline.backToLive()
    },
    '+': () => to.map()?.zoom(1),
    '=': () => to.map()?.zoom(1),
    '-': () => to.map()?.zoom(-1),
    w: () => to.map()?.pan(0, -1),
    s: () => to.map()?.pan(0, 1),
    a: () => to.map()?.pan(-1, 0),
    d: () => to.map()?.pan(1, 0),
    '0': () => to.map()?.home(),
    ',': to.preferences,
    o: to.scores,
    p: to.scenes,
    g: to.acknowledge,
    '>': () => void timeline.event(1),
    '<': () => void timeline.event(-1),
    b: () => to.map()?.measure(),
    ...layerKeys(to),
  }
}

/** What is shown of the map, and which list. */
function layerKeys(to: KeyTargets): Record<string, () => void> {
  return {
    m: () => {
      picked.theme = picked.theme === 'night' ? 'day' : 'night'
    },
    r: () => {
      picked.rings = !picked.rings
    },
    f: () => {
      picked.cones = !picked.cones
    },
    h: () => {
      picked.coverageAt = next<number | null>(COVERAGE_M, picked.coverageAt)
    },
    c: () => {
      picked.coverage = !picked.coverage
    },
    e: () => {
      picked.ellipses = !picked.ellipses
    },
    t: () => {
      picked.trailMin = next<number>(TRAILS_MIN, picked.trailMin)
    },
    v: () => {
      picked.leaderMin = next<number>(LEADERS_MIN, picked.leaderMin)
    },
    n: () => {
      picked.labels = next([0, 1, 2] as const, picked.labels)
    },
    '1': () => {
      to.tab(0)
    },
    '2': () => {
      to.tab(1)
    },
    '3': () => {
      to.tab(2)
    },
    '4': () => {
      to.tab(3)
    },
    '5': () => {
      to.tab(4)
    },
  }
}

/** The public moves the map and picks its colours; it has no past to go to and nothing to answer. */
const FOR_ALL: ReadonlySet<string> = new Set('? + = - w a s d 0 , m n v t b Escape Enter'.split(' '))

/** What the window does with a key. Typing into a field belongs to the field; Escape leaves it. */
export function keyHandler(to: KeyTargets): (event: KeyboardEvent) => void {
  const table = keyTable(to)
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    // A sheet that is open takes its own keys.
    if (document.querySelector('dialog[open]') !== null) return
    const at = event.target
    if (isField(at)) {
      if (event.key === 'Escape') at.blur()
      return
    }
    const pressing = at instanceof HTMLButtonElement && (event.key === ' ' || event.key === 'Enter')
    if (pressing) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const found = table[key]
    if (found === undefined || (!to.desk.staff && !FOR_ALL.has(key))) return
    // Escape also closes what the browser itself has opened, as the menu.
    if (event.key !== 'Escape') event.preventDefault()
    found()
  }
}

function isField(at: EventTarget | null): at is HTMLElement {
  if (at instanceof HTMLInputElement) return at.type !== 'checkbox' && at.type !== 'range'
  return at instanceof HTMLSelectElement || at instanceof HTMLTextAreaElement
}
