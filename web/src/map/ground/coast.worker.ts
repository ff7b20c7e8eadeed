import type { Feature, MultiLineString, MultiPolygon, Polygon, Position } from 'geojson'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'

/** west, south, east, north in degrees. */
export type Box = readonly [number, number, number, number]
export type CoastAsk = { want: 'land'; url: string } | { want: 'detail'; url: string; box: Box }
export type CoastAnswer =
  | { what: 'land'; land: Feature<MultiPolygon> }
  | { what: 'detail'; box: Box; land: Feature<MultiPolygon>; borders: Feature<MultiLineString> }

// Decoding world-atlas takes up to half a second: it happens here, and only what lies near the view goes to the map.
const loaded = new Map<string, Promise<Topology>>()

function load(url: string): Promise<Topology> {
  let found = loaded.get(url)
  if (found === undefined) {
    found = fetch(url).then((answer) => answer.json() as Promise<Topology>)
    loaded.set(url, found)
  }
  return found
}

function polygons(topology: Topology, name: string): Position[][][] {
  const object = topology.objects[name] as GeometryCollection
  return feature(topology, object).features.flatMap((one) => {
    const geometry = one.geometry as Polygon | MultiPolygon
    return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  })
}

function touches(points: Position[], box: Box): boolean {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x = 0, y = 0] of points) {
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  return west <= box[2] && east >= box[0] && south <= box[3] && north >= box[1]
}

async function answer(ask: CoastAsk): Promise<CoastAnswer> {
  const topology = await load(ask.url)
  if (ask.want === 'land') {
    return { what: 'land', land: multiPolygon(polygons(topology, 'land')) }
  }
  const { box } = ask
  const countries = topology.objects.countries as GeometryCollection
  const lines = mesh(topology, countries, (a, b) => a !== b).coordinates
  return {
    what: 'detail',
    box,
    land: multiPolygon(polygons(topology, 'countries').filter((rings) => touches(rings[0] ?? [], box))),
    borders: {
      type: 'Feature',
      properties: {},
      geometry: { type: 'MultiLineString', coordinates: lines.filter((line) => touches(line, box)) },
    },
  }
}

function multiPolygon(coordinates: Position[][][]): Feature<MultiPolygon> {
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiPolygon', coordinates } }
}

addEventListener('message', (event: MessageEvent<CoastAsk>) => {
  void answer(event.data).then((made) => {
    postMessage(made)
  })
})
