import { decode } from '@msgpack/msgpack'
import type { Map as BaseMap } from 'maplibre-gl'
import { isRecord } from '../../live/frames.ts'
import { getBytes } from '../../session/http.ts'
import { strokes } from '../colours.ts'

const METRES_PER_DEGREE = 111_195
/** Light from the north-west, as maps have it; hills this much steeper than they are, so that low ones show. */
const LIGHT = [-0.5, 0.5, 0.707] as const
const STEEPER = 4
const STRENGTH = 150

export interface Relief {
  box: [west: number, south: number, east: number, north: number]
  across: number
  down: number
  heights: Int16Array
}

export function readRelief(bytes: ArrayBuffer): Relief | null {
  const body = decode(bytes)
  if (!isRecord(body) || !(body.heights instanceof Uint8Array)) return null
  const number = (name: string): number => (typeof body[name] === 'number' ? body[name] : 0)
  const [across, down] = [number('across'), number('down')]
  if (across < 2 || down < 2 || 2 * across * down !== body.heights.length) return null
  const box: Relief['box'] = [number('west'), number('south'), number('east'), number('north')]
  return { box, across, down, heights: new Int16Array(body.heights.slice().buffer) }
}

/** How the light falls on each point, -1 (in shadow) to 1: 0 is flat ground. */
export function shade(relief: Relief): Float32Array {
  const { across, down, heights, box } = relief
  const [west, south, east, north] = box
  const middle = (((south + north) / 2) * Math.PI) / 180
  const dx = ((east - west) / (across - 1)) * METRES_PER_DEGREE * Math.cos(middle)
  const dy = ((north - south) / (down - 1)) * METRES_PER_DEGREE
  const at = (row: number, column: number): number => {
    const [y, x] = [Math.min(down - 1, Math.max(0, row)), Math.min(across - 1, Math.max(0, column))]
    return heights[y * across + x] ?? 0
  }
  const shades = new Float32Array(across * down)
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      const slopeX = (STEEPER * (at(row, column + 1) - at(row, column - 1))) / (2 * dx)
      const slopeY = (STEEPER * (at(row - 1, column) - at(row + 1, column))) / (2 * dy)
      const length = Math.sqrt(slopeX * slopeX + slopeY * slopeY + 1)
      shades[row * across + column] = (-slopeX * LIGHT[0] - slopeY * LIGHT[1] + LIGHT[2]) / length - LIGHT[2]
    }
  }
  return shades
}

/** Draws the heights of the site file as shaded relief, above land and below everything else. */
export async function drawRelief(map: BaseMap): Promise<void> {
  const outcome = await getBytes('/api/relief')
  const relief = outcome.ok ? readRelief(outcome.value) : null
  if (relief === null || map.getSource('relief') !== undefined) return
  const [west, south, east, north] = relief.box
  map.addSource('relief', {
    type: 'canvas',
    canvas: picture(relief),
    animate: false,
    coordinates: [
      [west, north],
      [east, north],
      [east, south],
      [west, south],
    ],
  })
  map.addLayer({ id: 'relief', type: 'raster', source: 'relief', paint: { 'raster-fade-duration': 0 } }, 'borders')
}

function picture(relief: Relief): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = relief.across
  canvas.height = relief.down
  const pen = canvas.getContext('2d')
  if (pen === null) return canvas
  const image = pen.createImageData(relief.across, relief.down)
  // Light ground is darkened more than it is lightened, and dark ground the other way.
  const night = strokes.ground[0] < 128
  for (const [i, light] of shade(relief).entries()) {
    const tone = light > 0 ? 255 : 0
    const part = light > 0 === night ? 1 : 0.6
    image.data.set([tone, tone, tone, Math.min(160, STRENGTH * part * Math.abs(light))], 4 * i)
  }
  pen.putImageData(image, 0, 0)
  return canvas
}
