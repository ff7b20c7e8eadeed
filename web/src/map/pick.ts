import type { Map as BaseMap } from 'maplibre-gl'
import type { Tracks } from '../live/tracks.ts'
import { projector } from './scene.ts'

/** How near to a symbol the pointer must be; a finger is blunter. */
const REACH_PX = 14
const REACH_TOUCH_PX = 26

/** The track at a point of the screen, or null. Done by hand: asking the GPU would wait for it at every move. */
export function pick(
  map: BaseMap,
  tracks: Tracks,
  why: Uint8Array,
  x: number,
  y: number,
  touch: boolean,
): number | null {
  const project = projector(map)
  let best = touch ? REACH_TOUCH_PX : REACH_PX
  let found: number | null = null
  const { id, lon, lat } = tracks.columns
  for (let row = 0; row < tracks.used; row++) {
    if (why[row] !== 0) continue
    const [px, py] = project(lon[row] ?? 0, lat[row] ?? 0)
    const distance = Math.hypot(px - x, py - y)
    if (distance < best) {
      best = distance
      found = id[row] ?? null
    }
  }
  return found
}
