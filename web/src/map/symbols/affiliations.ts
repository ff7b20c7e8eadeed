import { marks } from '../colours.ts'

/** Everything is unknown until a named person says otherwise: no class and no rule makes a track hostile. */
export const AFFILIATIONS = ['unknown', 'friend', 'neutral', 'suspect', 'hostile'] as const
export type Affiliation = (typeof AFFILIATIONS)[number]

/** What a person's mark means for the frame's shape and colour; words that we do not know stay unknown. */
export function affiliationOf(mark: string): Affiliation {
  const word = mark.trim().toLowerCase().replace('assumed ', '')
  return AFFILIATIONS.find((known) => known === word) ?? 'unknown'
}

export function css(affiliation: Affiliation): string {
  const [r, g, b] = marks[affiliation]
  return `rgb(${r},${g},${b})`
}

/** Track states as the server numbers them. */
export const TENTATIVE = 0
export const CONFIRMED = 1
