import type { Annunciation } from '../live/said.ts'
import { m, spoken } from '../messages/index.ts'
import { span } from '../time/clock.ts'
import type { Arrival, Site } from '../live/board.ts'
import type { Moment } from '../view/desk.svelte.ts'
import { type Danger, dangers, sides, stirs } from './danger.ts'

const NOW_S = 5

/** When it comes, in words: as likely as not within seconds is now. */
export function whenComes(arrival: Arrival, otherwise: (arrival: Arrival) => string): string {
  return arrival[1] < NOW_S ? m.places.entryNow : otherwise(arrival)
}

/** Who comes, and from where, in words; empty where nothing comes. */
export function whoComes(danger: Danger): string {
  const who = danger.who.map(([kind, n]) => m.places.who(n, m.classes[kind]?.[0] ?? kind)).join(', ')
  const from = sides(danger.from)
    .map((side) => m.places.compass[side])
    .join(', ')
  return who === '' || from === '' ? who : m.places.whoFrom(who, from)
}

/**
 * What an alert is about, in the language of the page: the place by its title, who comes, from where, and when at the
 * earliest. The server's own words where it asks for something else than a look at places.
 */
export function told(alert: Annunciation, site: Site | null, { health, time, where }: Moment): string {
  const places = site?.places.filter((place) => alert.places.includes(place.name)) ?? []
  const [only] = places
  if (only === undefined || !['place', 'parent', 'site'].includes(alert.scope)) return spoken(alert.text)
  if (places.length > 1) {
    const parent = site?.places.find((place) => place.name === alert.parent)?.title ?? alert.parent
    return m.alerts.several(places.map((place) => place.title).join(', '), parent)
  }
  const [danger] = dangers([only], health, time, where)
  if (danger === undefined || !stirs(danger.stage)) return only.title
  const early = ([first, likely]: Arrival): string => m.alerts.entry(span(likely), span(first))
  const when = danger.arrival === null ? '' : whenComes(danger.arrival, early)
  return `${only.title}: ${[whoComes(danger), when].filter((words) => words !== '').join('; ')}`
}
