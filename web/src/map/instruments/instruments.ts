import type { Map as BaseMap } from 'maplibre-gl'
import { m } from '../../messages/index.ts'
import { coordinates } from '../../view/words.ts'
import { mgrs } from './mgrs.ts'

const EQUATOR_M = 40_075_016.7
const TILE_PX = 512
const BAR_PX = 110
const EVERY_MS = 80

/** The longest of 1, 2 and 5 times a power of ten that is not longer than `metres`. */
export function roundLength(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres))
  const first = metres / power
  return (first >= 5 ? 5 : first >= 2 ? 2 : 1) * power
}

/**
 * North, a scale bar, and where the pointer is (without one: the middle of the map), as degrees and as a grid reference.
 * Written straight into the page and at most a few times a second: the map moves too often for anything that reacts.
 */
export function addInstruments(map: BaseMap): () => void {
  const box = document.createElement('div')
  box.className = 'instruments'
  const part = (name: string): HTMLElement => {
    const made = document.createElement('span')
    made.className = name
    box.append(made)
    return made
  }
  part('north').textContent = m.drawn.north
  const bar = part('bar')
  const where = part('where')
  map.getContainer().append(box)

  let pointer: { lng: number; lat: number } | null = null
  let waiting: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    waiting = undefined
    const middle = map.getCenter()
    const pixel_m = (EQUATOR_M * Math.cos((middle.lat * Math.PI) / 180)) / (TILE_PX * 2 ** map.getZoom())
    const length = roundLength(BAR_PX * pixel_m)
    bar.style.width = `${(length / pixel_m).toFixed(1)}px`
    bar.textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`
    const at = pointer ?? middle
    where.textContent = `${coordinates(at.lng, at.lat)}   ${mgrs(at.lng, at.lat)}`
  }
  const soon = (): void => {
    waiting ??= setTimeout(write, EVERY_MS)
  }
  map.on('move', soon)
  map.on('mousemove', (event) => {
    pointer = event.lngLat
    soon()
  })
  map.on('mouseout', () => {
    pointer = null
    soon()
  })
  write()
  return () => {
    clearTimeout(waiting)
    box.remove()
  }
}
