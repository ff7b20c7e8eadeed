import type { Feature } from 'geojson'
import type { LayerSpecification } from 'maplibre-gl'
import type { Said } from '../../live/said.ts'
import type { Source } from '../../others/others.ts'
import { paint } from '../colours.ts'
import { shape } from './shapes.ts'

/** Where is warned of: by us, asked or released, and by other authorities. Rings are closed, longitude first. */
export function warnedAreas(said: Said | null, others: readonly Source[]): Feature[] {
  const ours = (said?.statements ?? [])
    .filter((one) => one.state === 'asked' || (one.state === 'released' && one.kind !== 'cancel'))
    .flatMap((one) => one.area.map((ring) => shape('said', { type: 'Polygon', coordinates: [ring] })))
  const theirs = others.flatMap((source) =>
    source.bulletins.flatMap((one) =>
      one.area.flatMap((ring) => [
        shape('other', { type: 'Polygon', coordinates: [ring] }),
        shape('other-words', { type: 'Point', coordinates: corner(ring) }, `${source.name}: ${one.headline}`),
      ]),
    ),
  )
  return [...ours, ...theirs]
}

/** The corner in the north-west, where words begin. */
function corner(ring: readonly [number, number][]): [number, number] {
  const west = (point: readonly [number, number]): number => point[1] - point[0]
  return ring.reduce<[number, number]>((best, point) => (west(point) > west(best) ? point : best), ring[0] ?? [0, 0])
}

const is = (what: string): ['==', ['get', string], string] => ['==', ['get', 'what'], what]

/** How they are drawn: ours in a solid line, those of others in dashes with the name of who says so. */
export function warnedLayers(): LayerSpecification[] {
  return [
    {
      id: 'said',
      type: 'fill',
      source: 'extras',
      filter: is('said'),
      paint: { 'fill-color': paint.warning, 'fill-opacity': 0.12 },
    },
    {
      id: 'said-line',
      type: 'line',
      source: 'extras',
      filter: is('said'),
      paint: { 'line-color': paint.warning, 'line-width': 1.5 },
    },
    {
      id: 'other',
      type: 'fill',
      source: 'extras',
      filter: is('other'),
      paint: { 'fill-color': paint.other, 'fill-opacity': 0.08 },
    },
    {
      id: 'other-line',
      type: 'line',
      source: 'extras',
      filter: is('other'),
      paint: { 'line-color': paint.other, 'line-width': 1.5, 'line-dasharray': [5, 2, 1, 2] },
    },
    {
      id: 'other-words',
      type: 'symbol',
      source: 'extras',
      filter: is('other-words'),
      layout: {
        'text-field': ['get', 'words'],
        'text-font': ['sans-serif'],
        'text-size': 11,
        'text-anchor': 'bottom-left',
      },
      paint: { 'text-color': paint.other, 'text-halo-color': paint.halo, 'text-halo-width': 1.8 },
    },
  ]
}
