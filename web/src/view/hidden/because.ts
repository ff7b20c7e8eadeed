import { m } from '../../messages/index.ts'
import { focus, picked } from '../choices.svelte.ts'
import { REASONS, type Reason } from './filters.ts'

/** How many tracks each choice hides, in words; empty when none. `counts` as of `sift`: index 0 is drawn. */
export function becauseOf(counts: readonly number[]): string {
  return REASONS.slice(1)
    .map((reason, i) => ({ reason: reason as Reason, n: counts[i + 1] ?? 0 }))
    .filter((one) => one.n > 0)
    .map((one) => m.counts.reasons[one.reason](one.n))
    .join(', ')
}

/** Takes every choice back that hides tracks. */
export function showAll(): void {
  for (const group of Object.keys(picked.groups) as (keyof typeof picked.groups)[]) picked.groups[group] = true
  for (const state of Object.keys(picked.states) as (keyof typeof picked.states)[]) picked.states[state] = true
  picked.alone = true
  picked.lowest = picked.highest = null
  focus.search = ''
}
