import { type Theme, useTheme } from '../map/colours.ts'
import type { SymbolSet } from '../map/symbols/atlas.ts'
import type { Tab } from './tabs.ts'

/** What the operator has picked for this screen: kept in this browser, shown nowhere else, decided nowhere. */
export interface Picked {
  coverage: boolean
  leaderMin: number
  trailMin: number
  ellipses: boolean
  labels: 0 | 1 | 2
  states: { tentative: boolean; coasting: boolean }
  groups: { threat: boolean; aircraft: boolean; bird: boolean; unknown: boolean }
  alone: boolean
  lowest: number | null
  highest: number | null
  theme: Theme
  /** Symbols by the standard, or plain shapes for people who never learnt them. */
  symbols: SymbolSet
  tab: Tab
  /** Metres above the ellipsoid for which it is drawn who could see; null: not drawn. */
  coverageAt: number | null
  /** Range rings around the places, and where the chosen track may be in 1, 2, 5 and 10 minutes. */
  rings: boolean
  cones: boolean
  /** Where things come down, were launched and came from. */
  ends: boolean
  wedges: boolean
  sound: boolean
  /** 0 to 1. */
  volume: number
  spoken: boolean
}

const KEY = 'tocsin.choices.1'
export const START: Picked = {
  coverage: false,
  leaderMin: 1,
  trailMin: 2,
  ellipses: false,
  labels: 1,
  states: { tentative: true, coasting: true },
  groups: { threat: true, aircraft: true, bird: true, unknown: true },
  alone: true,
  lowest: null,
  highest: null,
  theme: 'night',
  symbols: 'standard',
  tab: 'places',
  coverageAt: null,
  rings: false,
  cones: true,
  ends: true,
  wedges: true,
  sound: true,
  volume: 0.6,
  spoken: false,
}

export const LEADERS_MIN = [0, 1, 2, 5, 10] as const
/** Heights above the ellipsoid for which it can be drawn who sees. */
export const COVERAGE_M = [null, 50, 100, 300, 1000, 3000] as const
export const TRAILS_MIN = [0, 2, 5, 10] as const

function read(): Picked {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Picked>
    return {
      ...START,
      ...kept,
      states: { ...START.states, ...kept.states },
      groups: { ...START.groups, ...kept.groups },
    }
  } catch {
    return structuredClone(START)
  }
}

export const picked = $state<Picked>(read())
dress(picked.theme)

/** The whole page in the colours of the night or of the day. */
export function dress(theme: Theme): void {
  useTheme(theme)
  document.documentElement.dataset.theme = theme
}

export function keep(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(picked))
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
}

export interface Focus {
  chosen: number | null
  hovered: number | null
  search: string
  /** The place that is looked at, by name; and the sensor. */
  place: string | null
  sensor: string | null
  /** One place alone on the screen, for a wall or a gate. */
  kiosk: boolean
}

/** What is looked at: tracks by number, so that the choice survives their row; and what the pointer is over. */
export const focus = $state<Focus>({ chosen: null, hovered: null, search: '', place: null, sensor: null, kiosk: false })
