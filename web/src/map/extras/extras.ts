import type { Map as BaseMap } from 'maplibre-gl'
import { NO_ROW } from '../../live/tracks.ts'
import { focus, picked } from '../../view/choices.svelte.ts'
import type { Desk } from '../../view/desk.svelte.ts'
import { refill } from '../ground/coast.ts'
import { warnedAreas } from './areas.ts'
import { measured } from './measure.svelte.ts'
import { arrivals, cone, rangeRings, ruler, wedges } from './shapes.ts'

/** Draws everything that is shown on demand anew; called once a second, and when a choice has changed. `forecast`: the
 * forecaster's own corridor of the chosen track is drawn. */
export function drawExtras(map: BaseMap, desk: Desk, forecast: boolean): void {
  const { site } = desk.feed
  if (site === null) return
  const { tracks } = desk
  const row = focus.chosen === null ? NO_ROW : tracks.row(focus.chosen)
  refill(map, 'extras', {
    type: 'FeatureCollection',
    features: [
      ...(picked.rings ? rangeRings(site) : []),
      ...(picked.wedges ? wedges(tracks, desk.why, site.sensors) : []),
      ...(picked.cones && !forecast && row !== NO_ROW ? cone(tracks, row) : []),
      // What other authorities say is known of now alone.
      ...warnedAreas(desk.said, desk.timeline.past ? [] : desk.asked.others),
      ...arrivals(site, desk.health, desk.timeline.now(), tracks),
      ...(measured.on ? ruler(measured.from, measured.to) : []),
    ],
  })
}
