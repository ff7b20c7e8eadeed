import type { Map as BaseMap } from 'maplibre-gl'
import type { Place, Site } from '../live/board.ts'
import type { Desk } from '../view/desk.svelte.ts'
import { startMeasure } from './extras/measure.svelte.ts'
import { away } from './range.ts'

/** What keys and buttons outside the map may do with it. */
export interface MapControls {
  zoom(by: number): void
  pan(x: number, y: number): void
  home(): void
  center(lon: number, lat: number): void
  /** A place with its ring, and those that threaten it, into view. */
  show(place: Place, threats: readonly (readonly [number, number] | null)[]): void
  /** The next two clicks measure bearing and range. */
  measure(): void
  view(): View
  go(view: View): void
}

export interface View {
  lon: number
  lat: number
  zoom: number
}

const STEP_PX = 120
const NEAREST_HOME_ZOOM = 9.5

export function controlsOf(map: BaseMap, desk: Desk): MapControls {
  return {
    zoom: (by) => map.zoomTo(map.getZoom() + by, { duration: 150 }),
    pan: (x, y) => map.panBy([x * STEP_PX, y * STEP_PX], { duration: 100 }),
    home: () => {
      if (desk.feed.site !== null) showHome(map, desk.feed.site, true)
    },
    center: (lon, lat) => map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 8), duration: 300 }),
    show: (place, threats) => {
      const points = [...reach(place), ...threats.filter((one) => one !== null)]
      map.fitBounds(around(points), { padding: 56, maxZoom: 11, duration: 300 })
    },
    measure: () => {
      startMeasure()
    },
    view: () => {
      const { lng, lat } = map.getCenter()
      return { lon: lng, lat, zoom: map.getZoom() }
    },
    go: ({ lon, lat, zoom }) => map.jumpTo({ center: [lon, lat], zoom }),
  }
}

type Point = readonly [number, number]

/** The corners of a place with its ring. */
function reach(place: Place): Point[] {
  return place.geometry.flatMap((point) => [0, 1, 2, 3].map((i) => away(point, (i * Math.PI) / 2, place.ring)))
}

function around(points: readonly Point[]): [number, number, number, number] {
  const lons = points.map((point) => point[0])
  const lats = points.map((point) => point[1])
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

/** Puts all places, their rings and the sensors into view. */
export function showHome(map: BaseMap, site: Site, gently: boolean): void {
  const points: Point[] = site.places.flatMap(reach)
  for (const sensor of site.sensors) if (Number.isFinite(sensor.lon)) points.push([sensor.lon, sensor.lat])
  if (points.length === 0) points.push(site.origin)
  map.fitBounds(around(points), { padding: 48, maxZoom: NEAREST_HOME_ZOOM, duration: gently ? 400 : 0 })
}
