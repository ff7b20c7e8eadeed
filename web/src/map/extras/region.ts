import { type LayerSpecification, type Map as BaseMap, addProtocol } from 'maplibre-gl'
import { FetchSource, PMTiles, Protocol, TileType } from 'pmtiles'
import { paint } from '../colours.ts'

const URL_PATH = '/api/map'
let protocol: Protocol | null = null

/** How the layers of the usual schemes are drawn, by what their names say; what is not known is a thin line. */
function look(name: string): { fill?: string; line?: string; width?: number } {
  if (/water|ocean|lake/.test(name)) return { fill: paint.sea }
  if (/boundar|admin/.test(name)) return { line: paint.border, width: 1 }
  if (/road|transport|rail|street|highway/.test(name)) return { line: paint.coast, width: 0.8 }
  if (/river|stream/.test(name)) return { line: paint.river, width: 1.2 }
  if (name.includes('building')) return { fill: paint.coast }
  if (/earth|land(?!use|cover)/.test(name)) return { fill: paint.land }
  if (/place|poi|label|name/.test(name)) return {}
  return { line: paint.border, width: 0.5 }
}

/** Draws the site's own map file below everything that is drawn of the sky. Says why when it cannot. */
export async function drawRegion(map: BaseMap): Promise<string> {
  if (protocol === null) {
    protocol = new Protocol()
    addProtocol('pmtiles', protocol.tile)
  }
  const url = new URL(URL_PATH, location.href).href
  const archive = new PMTiles(new FetchSource(url))
  protocol.add(archive)
  try {
    const header = await archive.getHeader()
    const raster = header.tileType !== TileType.Mvt
    map.addSource('region', {
      type: raster ? 'raster' : 'vector',
      url: `pmtiles://${url}`,
      ...(raster ? { tileSize: 256 } : {}),
    })
    const below = 'borders'
    if (raster) {
      map.addLayer({ id: 'region', type: 'raster', source: 'region', paint: { 'raster-opacity': 0.6 } }, below)
      return ''
    }
    for (const layer of vectorLayers(await archive.getMetadata())) map.addLayer(layer, below)
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function vectorLayers(metadata: unknown): LayerSpecification[] {
  const found = (metadata as { vector_layers?: { id?: unknown }[] }).vector_layers ?? []
  return found.flatMap((one): LayerSpecification[] => {
    if (typeof one.id !== 'string') return []
    const { fill, line, width } = look(one.id)
    const base = { source: 'region', 'source-layer': one.id }
    if (fill !== undefined) {
      const filter: ['==', ['geometry-type'], string] = ['==', ['geometry-type'], 'Polygon']
      return [{ ...base, id: `region-${one.id}`, type: 'fill', filter, paint: { 'fill-color': fill } }]
    }
    if (line === undefined) return []
    return [{ ...base, id: `region-${one.id}`, type: 'line', paint: { 'line-color': line, 'line-width': width ?? 1 } }]
  })
}
