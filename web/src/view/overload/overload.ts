import type { Picked } from '../picked.ts'

/** What is left out when the screen does not keep up, in this order; it comes back in the other. Symbols never go. */
export const SHEDS = ['names', 'ellipses', 'trails', 'leaders'] as const
export type Shed = (typeof SHEDS)[number]

/** What is picked, without what is left out at a level. */
export function lighter(picked: Picked, level: number): Picked {
  const gone = (shed: Shed): boolean => SHEDS.indexOf(shed) < level
  return {
    ...picked,
    ellipses: picked.ellipses && !gone('ellipses'),
    trailMin: gone('trails') ? 0 : picked.trailMin,
    leaderMin: gone('leaders') ? 0 : picked.leaderMin,
  }
}

/** Later than this the screen says so, seconds; and at half of it for a while it has recovered. */
export const LATE_S = 3
/** One more step only when the last has had time to help, and one back only when there was calm for so long. */
const STEP_MS = 2_000
const CALM_MS = 6_000

/** Decides which layers are skipped. Knows no clock: each call says the time. */
export class Overload {
  /** How many of SHEDS are left out. */
  level = 0
  private changed = -Infinity
  private strained = -Infinity

  /** `late_s`: from the server's sending of a picture to its being drawn here. Says whether something has changed. */
  note(now: number, late_s: number): boolean {
    if (late_s > LATE_S / 2) this.strained = now
    if (late_s > LATE_S && this.level < SHEDS.length && now - this.changed >= STEP_MS) return this.go(1, now)
    if (this.level > 0 && now - Math.max(this.strained, this.changed) >= CALM_MS) return this.go(-1, now)
    return false
  }

  /** What is left out now. */
  skipped(): readonly Shed[] {
    return SHEDS.slice(0, this.level)
  }

  private go(by: number, now: number): boolean {
    this.level += by
    this.changed = now
    return true
  }
}
