import type { Feature, Geometry, Position } from 'geojson'
import type { Map as BaseMap } from 'maplibre-gl'
import type { Health, Place, Sensor, Site } from '../../live/board.ts'
import { away, circle } from '../range.ts'
import { fill } from './coast.ts'
import { middle } from '../../places/danger.ts'
import { paint } from '../colours.ts'

const DEGREES = 180 / Math.PI

/** What stands still on the map, with what is known of it: rivers, places with their rings, sensors with their reach. */
export function drawSite(map: BaseMap, site: Site, health: Health | null, untold: boolean): void {
  // The public is not told how a place is seen, and a past that is not kept cannot tell: neither is the same as blind.
  const told = untold ? [] : (health?.places ?? [])
  const seen = new Map(told.map((place) => [place.name, place.observation]))
  const stages = new Map(told.map((place) => [place.name, place.stage]))
  const fresh = new Map(health?.sensors.map((sensor) => [sensor.name, sensor.state]))
  const observed = (place: Place): string => seen.get(place.name) ?? (untold ? 'untold' : 'blind')
  const sensors = site.sensors.filter((sensor) => Number.isFinite(sensor.lon))
  const state = (sensor: Sensor): string => fresh.get(sensor.name) ?? 'never'
  fill(map, 'site', {
    type: 'FeatureCollection',
    features: [
      ...site.lines.map((one) => shape('lines', { name: one.name }, { type: 'LineString', coordinates: one.geometry })),
      ...sensors
        .filter((sensor) => sensor.rangeMax > 0)
        .map((sensor) =>
          shape('coverage', { state: state(sensor) }, { type: 'Polygon', coordinates: [coverage(sensor)] }),
        ),
      ...site.places.flatMap((place) => area(place, observed(place))),
      ...site.places.flatMap((place) => outline(place, observed(place), stages.get(place.name) ?? 'quiet')),
      ...site.places.map((place, i) => name(place, observed(place), i)),
      ...sensors.map((sensor) => {
        const icon = state(sensor) === 'fresh' ? 'sensor-fresh' : 'sensor-gone'
        return shape('sensors', { icon, label: sensor.name }, { type: 'Point', coordinates: [sensor.lon, sensor.lat] })
      }),
    ],
  })
}

/** A site has a mark and its name; of anything else the name alone is written, where there is room. */
function name(place: Place, observation: string, order: number): Feature {
  const site = place.kind === 'site'
  const mark = site ? { icon: `site-${observation.replace(' ', '-')}` } : {}
  const properties = { ...mark, label: place.title, order: site ? order : 100 + order }
  return shape('points', properties, { type: 'Point', coordinates: middle(place.geometry) })
}

function shape(what: string, properties: Record<string, string | number>, geometry: Geometry): Feature {
  return { type: 'Feature', properties: { what, ...properties }, geometry }
}

function area(place: Place, observation: string): Feature[] {
  if (place.kind === 'border') return []
  const ring = place.kind === 'site' ? circle(middle(place.geometry), place.ring) : closed(place.geometry)
  return ring.length < 4 ? [] : [shape('areas', { observation }, { type: 'Polygon', coordinates: [ring] })]
}

function outline(place: Place, observation: string, stage: string): Feature[] {
  const line =
    place.kind === 'site'
      ? circle(middle(place.geometry), place.ring)
      : place.kind === 'zone'
        ? closed(place.geometry)
        : place.geometry
  return line.length < 2 ? [] : [shape('rings', { observation, stage }, { type: 'LineString', coordinates: line })]
}

function closed(ring: Position[]): Position[] {
  const [first, last] = [ring[0], ring.at(-1)]
  if (first === undefined || last === undefined) return []
  return first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first]
}

function coverage(sensor: Sensor): Position[] {
  const center = [sensor.lon, sensor.lat] as const
  if (sensor.sector === null) return circle(center, sensor.rangeMax)
  const [from, to] = sensor.sector
  const width = (((to - from) % 360) + 360) % 360 || 360
  const steps = Math.max(2, Math.ceil(width / 4))
  const arc = Array.from({ length: steps + 1 }, (_, i) => {
    return away(center, (from + (width * i) / steps) / DEGREES, sensor.rangeMax)
  })
  return [[...center], ...arc, [...center]]
}

type Draw = (pen: CanvasRenderingContext2D, size: number) => void

/** The few pictures that the base map needs, drawn here so that no file has to come from anywhere. */
export function addPictures(map: BaseMap): void {
  const add = (name: string, size: number, draw: Draw): void => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = size
    const pen = canvas.getContext('2d')
    if (pen === null) return
    draw(pen, size)
    map.addImage(name, pen.getImageData(0, 0, size, size), { pixelRatio: 2 })
  }
  add('site-seen-clear', 28, site(paint.seen, true))
  add('site-partly-seen', 28, site(paint.partly, false))
  add('site-blind', 28, crossed(paint.blind))
  add('site-untold', 28, site(paint.labelDim, false))
  add('sensor-fresh', 24, mast(paint.sensor, true))
  add('sensor-gone', 24, mast(paint.partly, false))
  add('hatch-fall', 20, (pen, size) => {
    pen.strokeStyle = `${paint.underWay}70`
    pen.lineWidth = 2
    for (const x of [-size, 0, size]) line(pen, x, 0, x + size, size)
  })
  add('hatch', 24, (pen, size) => {
    pen.strokeStyle = `${paint.blind}66`
    pen.lineWidth = 2
    for (const x of [-size, 0, size]) line(pen, x, size, x + size, 0)
  })
}

function line(pen: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath()
  pen.moveTo(x1, y1)
  pen.lineTo(x2, y2)
  pen.stroke()
}

function site(colour: string, full: boolean): Draw {
  return (pen, size) => {
    pen.strokeStyle = colour
    pen.fillStyle = full ? colour : paint.sea
    pen.lineWidth = 3
    pen.fillRect(size / 2 - 6, size / 2 - 6, 12, 12)
    pen.strokeRect(size / 2 - 6, size / 2 - 6, 12, 12)
  }
}

function crossed(colour: string): Draw {
  return (pen, size) => {
    site(colour, false)(pen, size)
    line(pen, size / 2 - 6, size / 2 + 6, size / 2 + 6, size / 2 - 6)
    line(pen, size / 2 - 6, size / 2 - 6, size / 2 + 6, size / 2 + 6)
  }
}

function mast(colour: string, full: boolean): Draw {
  return (pen, size) => {
    pen.strokeStyle = pen.fillStyle = colour
    pen.lineWidth = 2.5
    pen.lineJoin = 'round'
    pen.beginPath()
    pen.moveTo(size / 2, 4)
    pen.lineTo(size - 5, size - 5)
    pen.lineTo(5, size - 5)
    pen.closePath()
    if (full) pen.fill()
    pen.stroke()
  }
}
