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
}

const KEY = 'tocsin.choices.1'
const START: Picked = {
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
}

export const LEADERS_MIN = [0, 1, 2, 5, 10] as const
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

export function keep(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(picked))
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
}

/** Which track is looked at, by number, so that it survives its row; and what the pointer is over. */
export const focus = $state<{ chosen: number | null; hovered: number | null; search: string }>({
  chosen: null,
  hovered: null,
  search: '',
})
