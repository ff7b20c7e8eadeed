import type { Theme } from '../map/colours.ts'
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

/** As a screen begins. */
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
