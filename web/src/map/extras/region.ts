import { type LayerSpecification, type Map as BaseMap, addProtocol } from 'maplibre-gl'
import { FetchSource, PMTiles, Protocol, TileType } from 'pmtiles'
import { m } from '../../messages/index.ts'
import { paint } from '../colours.ts'

const URL_PATH = '/api/map'
const FONT = ['sans-serif']
const PICTURES: readonly number[] = [TileType.Png, TileType.Jpeg, TileType.Webp, TileType.Avif]
let protocol: Protocol | null = null

/** How the layers of the usual schemes are drawn, by what their names say; what is not known is a thin line. */
function look(name: string): { fill?: string; line?: string; width?: number; words?: boolean } {
  if (/place|poi|label|name/.test(name)) return { words: true }
  if (/water|ocean|lake/.test(name)) return { fill: paint.sea }
  if (/boundar|admin/.test(name)) return { line: paint.border, width: 1 }
  if (/road|transport|rail|street|highway/.test(name)) return { line: paint.coast, width: 0.8 }
  if (/river|stream/.test(name)) return { line: paint.river, width: 1.2 }
  if (name.includes('building')) return { fill: paint.coast }
  if (/earth|land(?!use|cover)/.test(name)) return { fill: paint.land }
  return { line: paint.border, width: 0.5 }
}

/**
 * Draws the site's own map file below everything that is drawn of the sky. Says why when it cannot; `later` is told once
 * when a tile turns out to be broken. The map goes on either way.
 */
export async function drawRegion(map: BaseMap, later: (why: string) => void): Promise<string> {
  if (protocol === null) {
    protocol = new Protocol()
    addProtocol('pmtiles', protocol.tile)
  }
  const url = new URL(URL_PATH, location.href).href
  const archive = new PMTiles(new FetchSource(url))
  try {
    const header = await archive.getHeader()
    const vector = header.tileType === TileType.Mvt
    if (!vector && !PICTURES.includes(header.tileType)) return m.drawn.region.kind(TileType[header.tileType])
    const layers = vector ? vectorLayers(await archive.getMetadata()) : [PICTURE]
    if (layers.length === 0) return m.drawn.region.empty
    protocol.add(archive)
    let told = false
    map.on('error', (event) => {
      if (told || (event as { sourceId?: string }).sourceId !== 'region') return
      told = true
      later(m.drawn.region.broken(event.error.message))
    })
    map.addSource('region', {
      type: vector ? 'vector' : 'raster',
      url: `pmtiles://${url}`,
      ...(vector ? {} : { tileSize: 256 }),
    })
    for (const layer of layers) map.addLayer(layer, layer.type === 'symbol' ? 'line-names' : 'borders')
    return ''
  } catch (error) {
    return m.drawn.region.broken(error instanceof Error ? error.message : String(error))
  }
}

const PICTURE: LayerSpecification = {
  id: 'region',
  type: 'raster',
  source: 'region',
  paint: { 'raster-opacity': 0.6 },
}

function vectorLayers(metadata: unknown): LayerSpecification[] {
  const found = (metadata as { vector_layers?: { id?: unknown }[] } | null)?.vector_layers
  if (!Array.isArray(found)) return []
  return found.flatMap((one): LayerSpecification[] => (typeof one.id === 'string' ? [layerOf(one.id)] : []))
}

function layerOf(name: string): LayerSpecification {
  const { fill, line, width, words } = look(name)
  const base = { id: `region-${name}`, source: 'region', 'source-layer': name }
  if (words === true) {
    return {
      ...base,
      type: 'symbol',
      layout: {
        'text-field': ['coalesce', ['get', 'name'], ['get', 'name:latin'], ['get', 'name:en'], ''],
        'text-font': FONT,
        'text-size': 11,
        'text-optional': true,
      },
      paint: { 'text-color': paint.labelDim, 'text-halo-color': paint.halo, 'text-halo-width': 1.4 },
    }
  }
  if (fill !== undefined) {
    const filter: ['==', ['geometry-type'], string] = ['==', ['geometry-type'], 'Polygon']
    return { ...base, type: 'fill', filter, paint: { 'fill-antialias': false, 'fill-color': fill } }
  }
  return { ...base, type: 'line', paint: { 'line-color': line ?? paint.border, 'line-width': width ?? 1 } }
}
