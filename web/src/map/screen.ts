import type { Map as BaseMap } from 'maplibre-gl'
import type { Tracks } from '../live/tracks.ts'

const TILE_PX = 512
/** A symbol that stands half outside still shows. */
const EDGE_PX = 20

/** Where each track stands on the screen, in pixels. By hand: `map.project` makes two objects for every point. */
export class Screen {
  x = new Float32Array(0)
  y = new Float32Array(0)
  width = 0
  height = 0

  private world = 1
  private left = 0
  private top = 0

  look(map: BaseMap, tracks: Tracks): void {
    if (this.x.length !== tracks.capacity) {
      this.x = new Float32Array(tracks.capacity)
      this.y = new Float32Array(tracks.capacity)
    }
    const canvas = map.getCanvas()
    this.width = canvas.clientWidth
    this.height = canvas.clientHeight
    const world = TILE_PX * 2 ** map.getZoom()
    const center = map.getCenter()
    const left = (center.lng / 360) * world - this.width / 2
    const top = mercator(center.lat) * world - this.height / 2
    this.world = world
    this.left = left
    this.top = top
    const { position } = tracks
    for (let row = 0; row < tracks.used; row++) {
      this.x[row] = ((position[2 * row] ?? 0) / 360) * world - left
      this.y[row] = mercator(position[2 * row + 1] ?? 0) * world - top
    }
  }

  /** Any other point, by the last look. */
  at(lon: number, lat: number): readonly [number, number] {
    return [(lon / 360) * this.world - this.left, mercator(lat) * this.world - this.top]
  }

  holds(row: number): boolean {
    const x = this.x[row] ?? 0
    const y = this.y[row] ?? 0
    return x > -EDGE_PX && y > -EDGE_PX && x < this.width + EDGE_PX && y < this.height + EDGE_PX
  }
}

function mercator(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)
}

/** How near to a symbol the pointer must be; a finger is blunter. */
const REACH_PX = 14
const REACH_TOUCH_PX = 26

/** The track at a point of the screen, or null. Asking the GPU instead would wait for it at every move of the pointer. */
export function pick(
  screen: Screen,
  tracks: Tracks,
  why: Uint8Array,
  x: number,
  y: number,
  touch: boolean,
): number | null {
  let best = touch ? REACH_TOUCH_PX : REACH_PX
  let found: number | null = null
  for (let row = 0; row < tracks.used; row++) {
    if (why[row] !== 0) continue
    const distance = Math.hypot((screen.x[row] ?? 0) - x, (screen.y[row] ?? 0) - y)
    if (distance < best) {
      best = distance
      found = tracks.columns.id[row] ?? null
    }
  }
  return found
}
