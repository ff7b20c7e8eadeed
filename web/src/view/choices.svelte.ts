import { type Theme, useTheme } from '../map/colours.ts'
import { type Picked, START } from './picked.ts'

const KEY = 'tocsin.choices.1'
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
