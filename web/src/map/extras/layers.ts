import type { LayerSpecification } from 'maplibre-gl'
import { paint } from '../colours.ts'
import { warnedLayers } from './areas.ts'

const FONT = ['sans-serif']
const is = (what: string): ['==', ['get', string], string] => ['==', ['get', 'what'], what]

export function words(what: string, colour: string, size: number, source = 'extras'): LayerSpecification {
  return {
    id: what,
    type: 'symbol',
    source,
    filter: is(what),
    layout: { 'text-field': ['get', 'words'], 'text-font': FONT, 'text-size': size, 'text-anchor': 'bottom' },
    paint: { 'text-color': colour, 'text-halo-color': paint.halo, 'text-halo-width': 1.8 },
  }
}

/** What is drawn on top of the base map on demand: rings, cones, wedges, countdowns, the ruler. One source for all. */
export function extraLayers(): LayerSpecification[] {
  return [
    ...warnedLayers(),
    {
      id: 'wedge',
      type: 'fill',
      source: 'extras',
      filter: is('wedge'),
      paint: { 'fill-antialias': false, 'fill-color': paint.sensor, 'fill-opacity': 0.22 },
    },
    {
      id: 'wedge-line',
      type: 'line',
      source: 'extras',
      filter: is('wedge'),
      paint: { 'line-color': paint.sensor, 'line-opacity': 0.9, 'line-width': 1, 'line-dasharray': [4, 3] },
    },
    {
      id: 'range',
      type: 'line',
      source: 'extras',
      filter: is('range'),
      paint: { 'line-color': paint.labelDim, 'line-opacity': 0.45, 'line-width': 1 },
    },
    words('range-words', paint.labelDim, 10),
    {
      id: 'cone-90',
      type: 'line',
      source: 'extras',
      filter: is('cone-90'),
      paint: { 'line-color': paint.label, 'line-width': 1, 'line-dasharray': [3, 3] },
    },
    {
      id: 'cone-50',
      type: 'fill',
      source: 'extras',
      filter: is('cone-50'),
      paint: { 'fill-antialias': false, 'fill-color': paint.label, 'fill-opacity': 0.12 },
    },
    words('cone-words', paint.label, 11),
    {
      id: 'arrival',
      type: 'line',
      source: 'extras',
      filter: is('arrival'),
      paint: { 'line-color': paint.warning, 'line-opacity': 0.7, 'line-width': 1.5, 'line-dasharray': [1, 3] },
    },
    words('ring-words', paint.warning, 10),
    words('arrival-words', paint.warning, 13),
    {
      id: 'ruler',
      type: 'line',
      source: 'extras',
      filter: is('ruler'),
      paint: { 'line-color': paint.label, 'line-width': 1.5 },
    },
    {
      id: 'ruler-end',
      type: 'circle',
      source: 'extras',
      filter: is('ruler-end'),
      paint: { 'circle-radius': 4, 'circle-color': paint.label },
    },
    words('ruler-words', paint.label, 13),
  ]
}
