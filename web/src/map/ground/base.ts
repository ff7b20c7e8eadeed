import {
  Map as BaseMap,
  setWorkerUrl,
  type LayerSpecification,
  type SourceSpecification,
  type StyleSpecification,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { paint } from '../colours.ts'
import { extraLayers } from '../extras/layers.ts'
import { outlookLayers } from '../outlook/layers.ts'
import { DETAIL_ZOOM } from './coast.ts'

// Without this the build is green and the map stays empty: the worker's file would not be found.
setWorkerUrl(workerUrl)

const EMPTY: SourceSpecification = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }
const FONT = ['sans-serif']
const AREA: ['in', ['geometry-type'], ['literal', string[]]] = [
  'in',
  ['geometry-type'],
  ['literal', ['Polygon', 'MultiPolygon']],
]
const is = (what: string): ['==', ['get', string], string] => ['==', ['get', 'what'], what]

/** The base map, empty of data: north up, no rotation, no outside requests. Texts are drawn from the system's own font. */
export function makeMap(container: HTMLElement, center: readonly [number, number]): BaseMap {
  return new BaseMap({
    container,
    style: style(),
    center: [center[0], center[1]],
    zoom: 6,
    minZoom: 2,
    maxZoom: 16,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    renderWorldCopies: false,
    attributionControl: false,
    // Not 0: then every frame of a move would find all names their places anew.
    fadeDuration: 600,
    // Keys belong to the whole page (view/keys.ts), not to the map alone.
    keyboard: false,
    boxZoom: false,
  })
}

/**
 * Areas without smooth edges: a line lies on each of them, and the edge would be drawn a second time.
 * Few sources: each is cut into tiles of its own, and asked in every frame which of them it needs.
 */
function style(): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: EMPTY,
      'land-detail': EMPTY,
      site: EMPTY,
      outlook: EMPTY,
      extras: EMPTY,
    },
    layers: [...ground(), ...coverage(), ...places(), ...outlookLayers(), ...extraLayers()],
  }
}

function ground(): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': paint.sea } },
    { id: 'land', type: 'fill', source: 'land', paint: { 'fill-antialias': false, 'fill-color': paint.land } },
    { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': paint.coast, 'line-width': 1 } },
    {
      id: 'land-detail',
      type: 'fill',
      source: 'land-detail',
      filter: AREA,
      minzoom: DETAIL_ZOOM,
      paint: { 'fill-antialias': false, 'fill-color': paint.land },
    },
    {
      id: 'coast-detail',
      type: 'line',
      source: 'land-detail',
      filter: AREA,
      minzoom: DETAIL_ZOOM,
      paint: { 'line-color': paint.coast, 'line-width': 1 },
    },
    {
      id: 'borders',
      type: 'line',
      source: 'land-detail',
      filter: ['!', AREA],
      minzoom: 3,
      paint: { 'line-color': paint.border, 'line-width': 1.4, 'line-dasharray': [3, 2] },
    },
    {
      id: 'lines',
      type: 'line',
      source: 'site',
      filter: is('lines'),
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': paint.river, 'line-width': ['interpolate', ['linear'], ['zoom'], 5, 1, 11, 3] },
    },
    {
      id: 'line-names',
      type: 'symbol',
      source: 'site',
      filter: is('lines'),
      minzoom: 7,
      layout: {
        'symbol-placement': 'line',
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 11,
        'text-letter-spacing': 0.1,
      },
      paint: { 'text-color': paint.river, 'text-halo-color': paint.halo, 'text-halo-width': 1.5 },
    },
  ]
}

function coverage(): LayerSpecification[] {
  return [
    {
      id: 'coverage-fill',
      type: 'fill',
      source: 'site',
      filter: is('coverage'),
      paint: {
        'fill-antialias': false,
        'fill-color': paint.sensor,
        'fill-opacity': ['match', ['get', 'state'], 'fresh', 0.012, 0],
      },
    },
    {
      id: 'coverage-line',
      type: 'line',
      source: 'site',
      filter: ['all', is('coverage'), ['==', ['get', 'state'], 'fresh']],
      paint: { 'line-color': paint.sensor, 'line-opacity': 0.35, 'line-width': 1 },
    },
    {
      id: 'coverage-gone',
      type: 'line',
      source: 'site',
      filter: ['all', is('coverage'), ['!=', ['get', 'state'], 'fresh']],
      paint: { 'line-color': paint.partly, 'line-opacity': 0.6, 'line-width': 1, 'line-dasharray': [2, 4] },
    },
  ]
}

const OBSERVED = (seen: string, partly: string, blind: string): ['match', ...unknown[]] => [
  'match',
  ['get', 'observation'],
  'seen clear',
  seen,
  'partly seen',
  partly,
  'untold',
  paint.labelDim,
  blind,
]

/** A wide band outside of the ring: how it is seen stays legible beside how it stands. */
function stages(): LayerSpecification {
  return {
    id: 'area-stage',
    type: 'line',
    source: 'site',
    filter: ['all', is('rings'), ['in', ['get', 'stage'], ['literal', ['watch', 'warning', 'under way']]]],
    paint: {
      'line-color': ['match', ['get', 'stage'], 'watch', paint.watch, 'warning', paint.warning, paint.underWay],
      'line-width': ['match', ['get', 'stage'], 'watch', 3, 6],
      'line-offset': -5,
      'line-opacity': 0.9,
    },
  }
}

function places(): LayerSpecification[] {
  const colour = OBSERVED(paint.seen, paint.partly, paint.blind) as never
  return [
    {
      id: 'area-fill',
      type: 'fill',
      source: 'site',
      filter: is('areas'),
      paint: { 'fill-antialias': false, 'fill-color': colour, 'fill-opacity': 0.07 },
    },
    {
      id: 'area-hatch',
      type: 'fill',
      source: 'site',
      filter: ['all', is('areas'), ['==', ['get', 'observation'], 'blind']],
      paint: { 'fill-antialias': false, 'fill-pattern': 'hatch' },
    },
    {
      id: 'area-line',
      type: 'line',
      source: 'site',
      filter: ['all', is('rings'), ['==', ['get', 'observation'], 'seen clear']],
      paint: { 'line-color': colour, 'line-width': 1.5 },
    },
    {
      id: 'area-line-broken',
      type: 'line',
      source: 'site',
      filter: ['all', is('rings'), ['!=', ['get', 'observation'], 'seen clear']],
      paint: { 'line-color': colour, 'line-width': 2, 'line-dasharray': [3, 2] },
    },
    stages(),
    ...names(),
  ]
}

function names(): LayerSpecification[] {
  return [
    {
      id: 'place-names',
      type: 'symbol',
      source: 'site',
      filter: is('points'),
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-allow-overlap': true,
        'text-field': ['get', 'label'],
        'text-font': FONT,
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': [0, 0.9],
        'text-optional': true,
        'symbol-sort-key': ['get', 'order'],
      },
      paint: {
        'text-color': paint.label,
        'text-halo-color': paint.halo,
        'text-halo-width': 1.6,
      },
    },
    {
      id: 'sensor-names',
      type: 'symbol',
      source: 'site',
      filter: is('sensors'),
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-allow-overlap': true,
        'text-field': ['get', 'label'],
        'text-font': FONT,
        'text-size': 11,
        'text-anchor': 'left',
        'text-offset': [0.9, 0],
        'text-optional': true,
      },
      paint: { 'text-color': paint.labelDim, 'text-halo-color': paint.halo, 'text-halo-width': 1.6 },
    },
  ]
}
