import type { Map as BaseMap } from 'maplibre-gl'
import type { Site } from '../live/board.ts'
import type { Desk } from '../view/desk.svelte.ts'
import { away } from './ground/furniture.ts'

/** What keys and buttons outside the map may do with it. */
export interface MapControls {
  zoom(by: number): void
  pan(x: number, y: number): void
  home(): void
  center(lon: number, lat: number): void
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
  }
}

/** Puts all places, their rings and the sensors into view. */
export function showHome(map: BaseMap, site: Site, gently: boolean): void {
  const points = site.places.flatMap((place) => {
    return place.geometry.flatMap((point) => [0, 1, 2, 3].map((i) => away(point, (i * Math.PI) / 2, place.ring)))
  })
  for (const sensor of site.sensors) if (Number.isFinite(sensor.lon)) points.push([sensor.lon, sensor.lat])
  if (points.length === 0) points.push([...site.origin])
  const lons = points.map((point) => point[0])
  const lats = points.map((point) => point[1])
  const bounds: [number, number, number, number] = [
    Math.min(...lons),
    Math.min(...lats),
    Math.max(...lons),
    Math.max(...lats),
  ]
  map.fitBounds(bounds, { padding: 48, maxZoom: NEAREST_HOME_ZOOM, duration: gently ? 400 : 0 })
}
