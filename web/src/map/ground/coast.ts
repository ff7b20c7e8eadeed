import type { GeoJSON } from 'geojson'
import type { GeoJSONSource, Map as BaseMap } from 'maplibre-gl'
import detailUrl from 'world-atlas/countries-10m.json?url'
import landUrl from 'world-atlas/land-50m.json?url'
import type { Box, CoastAnswer, CoastAsk } from './coast.worker.ts'

/** From this zoom on the fine coast is drawn, where it has been loaded; below, the coarse one of the whole world. */
export const DETAIL_ZOOM = 5.5
/** Degrees loaded around the view, so that a short pan needs nothing new. */
const MARGIN = 4

/** Brings land and borders to the map: first the world, coarse; then, around the view, fine. All from our own files. */
export function drawCoast(map: BaseMap): () => void {
  const worker = new Worker(new URL('./coast.worker.ts', import.meta.url), { type: 'module' })
  let covered: Box | null = null
  let asked = false
  const ask = (question: CoastAsk): void => {
    worker.postMessage(question)
  }
  const look = (): void => {
    if (asked || map.getZoom() < DETAIL_ZOOM) return
    const bounds = map.getBounds()
    const view: Box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
    if (covered !== null && inside(view, covered)) return
    asked = true
    const box: Box = [view[0] - MARGIN, view[1] - MARGIN, view[2] + MARGIN, view[3] + MARGIN]
    ask({ want: 'detail', url: new URL(detailUrl, location.href).href, box })
  }
  worker.onmessage = (event: MessageEvent<CoastAnswer>) => {
    const answer = event.data
    if (answer.what === 'land') {
      fill(map, 'land', answer.land)
      map.once('idle', look)
    } else {
      fill(map, 'land-detail', { type: 'FeatureCollection', features: [answer.land, answer.borders] })
      covered = answer.box
      asked = false
      // From now on the coarse coast ends where the fine one begins.
      map.setLayerZoomRange('land', 0, DETAIL_ZOOM)
      map.setLayerZoomRange('coast', 0, DETAIL_ZOOM)
      look()
    }
  }
  map.on('moveend', look)
  ask({ want: 'land', url: new URL(landUrl, location.href).href })
  return () => {
    worker.terminate()
  }
}

/** Gives one of the style's own sources its data. */
export function fill(map: BaseMap, name: string, data: GeoJSON): void {
  const source = map.getSource<GeoJSONSource>(name)
  if (source === undefined) throw new Error(`the map has no source "${name}"`)
  void source.setData(data)
}

const filled = new WeakMap<BaseMap, Map<string, string>>()

/** The same for what is small and often comes again as it was: then the map has nothing to cut into tiles. */
export function refill(map: BaseMap, name: string, data: GeoJSON): void {
  let known = filled.get(map)
  if (known === undefined) {
    known = new Map<string, string>()
    filled.set(map, known)
  }
  const text = JSON.stringify(data)
  if (known.get(name) === text) return
  known.set(name, text)
  fill(map, name, data)
}

function inside(view: Box, box: Box): boolean {
  return view[0] >= box[0] && view[1] >= box[1] && view[2] <= box[2] && view[3] <= box[3]
}
