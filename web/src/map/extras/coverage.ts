import { decode } from '@msgpack/msgpack'
import type { CanvasSource, Map as BaseMap } from 'maplibre-gl'
import { isRecord } from '../../live/frames.ts'
import { getBytes } from '../../session/http.ts'
import { paint } from '../colours.ts'

const CELL_PX = 6

interface Chart {
  box: [number, number, number, number]
  across: number
  down: number
  seen: Uint8Array
}

function read(bytes: ArrayBuffer): Chart | null {
  const body = decode(bytes)
  if (!isRecord(body) || !(body.seen instanceof Uint8Array)) return null
  const number = (name: string): number => (typeof body[name] === 'number' ? body[name] : 0)
  const [across, down] = [number('across'), number('down')]
  if (across * down !== body.seen.length) return null
  return { box: [number('west'), number('south'), number('east'), number('north')], across, down, seen: body.seen }
}

/** Who sees at a height: hatched where nobody does, a little lighter with each sensor that does. Null takes it away. */
export async function drawCoverageAt(map: BaseMap, height: number | null): Promise<boolean> {
  clear(map)
  if (height === null) return true
  const outcome = await getBytes(`/api/coverage?height=${height}`)
  const chart = outcome.ok ? read(outcome.value) : null
  if (chart === null) return false
  const [west, south, east, north] = chart.box
  clear(map)
  map.addSource('coverage-at', {
    type: 'canvas',
    canvas: picture(chart),
    animate: false,
    coordinates: [
      [west, north],
      [east, north],
      [east, south],
      [west, south],
    ],
  })
  const below = map.getLayer('coverage-fill') === undefined ? undefined : 'coverage-fill'
  map.addLayer(
    { id: 'coverage-at', type: 'raster', source: 'coverage-at', paint: { 'raster-fade-duration': 0 } },
    below,
  )
  return true
}

function clear(map: BaseMap): void {
  if (map.getLayer('coverage-at') !== undefined) map.removeLayer('coverage-at')
  if (map.getSource<CanvasSource>('coverage-at') !== undefined) map.removeSource('coverage-at')
}

function picture(chart: Chart): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = chart.across * CELL_PX
  canvas.height = chart.down * CELL_PX
  const pen = canvas.getContext('2d')
  if (pen === null) return canvas
  for (let row = 0; row < chart.down; row++) {
    for (let column = 0; column < chart.across; column++) {
      const seen = chart.seen[row * chart.across + column] ?? 0
      const [x, y] = [column * CELL_PX, row * CELL_PX]
      if (seen > 0) {
        pen.globalAlpha = Math.min(0.07 * seen, 0.28)
        pen.fillStyle = paint.seen
        pen.fillRect(x, y, CELL_PX, CELL_PX)
      } else {
        // One stroke from corner to corner in each cell joins to lines over the whole blind area.
        pen.globalAlpha = 0.55
        pen.strokeStyle = paint.blind
        pen.lineWidth = 1
        pen.beginPath()
        pen.moveTo(x, y + CELL_PX)
        pen.lineTo(x + CELL_PX, y)
        pen.stroke()
      }
    }
  }
  return canvas
}
