import type { FilterSpecification, LayerSpecification } from 'maplibre-gl'
import { paint } from '../colours.ts'
import { words } from '../extras/layers.ts'

const source = 'outlook'
const is = (what: string): FilterSpecification => ['==', ['get', 'what'], what]

/** Areas of the forecast, below everything that flies: fills for half of the futures, lines for nine of ten. */
export function outlookLayers(): LayerSpecification[] {
  return [
    {
      id: 'ahead-50',
      type: 'fill',
      source,
      filter: is('ahead-50'),
      paint: {
        'fill-antialias': false,
        'fill-color': paint.label,
        'fill-opacity': 0.16,
      },
    },
    {
      id: 'ahead-90',
      type: 'line',
      source,
      filter: is('ahead-90'),
      paint: { 'line-color': paint.label, 'line-opacity': 0.9, 'line-width': 1, 'line-dasharray': [3, 3] },
    },
    {
      id: 'origin-90',
      type: 'fill',
      source,
      filter: is('origin-90'),
      paint: { 'fill-antialias': false, 'fill-color': paint.sensor, 'fill-opacity': 0.08 },
    },
    {
      id: 'origin-50',
      type: 'fill',
      source,
      filter: is('origin-50'),
      paint: { 'fill-antialias': false, 'fill-color': paint.sensor, 'fill-opacity': 0.12 },
    },
    ends('launch-90', paint.sensor, [4, 2]),
    ends('launch-50', paint.sensor, [1, 0]),
    {
      id: 'impact-fill',
      type: 'fill',
      source,
      filter: is('impact-90'),
      paint: { 'fill-antialias': false, 'fill-pattern': 'hatch-fall' },
    },
    ends('impact-90', paint.underWay, [4, 2]),
    ends('impact-50', paint.underWay, [1, 0]),
    words('ahead-words', paint.label, 11, source),
    words('launch-words', paint.sensor, 12, source),
    words('impact-words', paint.underWay, 13, source),
  ]
}

function ends(id: string, colour: string, dash: number[]): LayerSpecification {
  return {
    id,
    type: 'line',
    source,
    filter: is(id),
    paint: { 'line-color': colour, 'line-width': 1.6, 'line-dasharray': dash },
  }
}
