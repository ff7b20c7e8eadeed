import { decode } from '@msgpack/msgpack'
import { isRecord } from './frames.ts'
import { NO_ROW, type Tracks } from './tracks.ts'

interface Points {
  time: number[]
  lon: number[]
  lat: number[]
}

/**
 * Fills trails from what the server remembers of the last minutes, so that a page that was just opened is not blank.
 * Columns id (u32), time (f64), lon and lat (f32), oldest first. Returns how many tracks got a past; 0 for any bytes that
 * make no sense: trails are a convenience, and grow by themselves.
 */
export function fillTrails(tracks: Tracks, bytes: ArrayBuffer): number {
  const columns = read(bytes)
  if (columns === null) return 0
  const { id, time, lon, lat } = columns
  const found = new Map<number, Points>()
  for (let i = 0; i < id.length; i++) {
    const number = id[i] ?? 0
    let points = found.get(number)
    if (points === undefined) {
      points = { time: [], lon: [], lat: [] }
      found.set(number, points)
    }
    points.time.push(time[i] ?? 0)
    points.lon.push(lon[i] ?? 0)
    points.lat.push(lat[i] ?? 0)
  }
  let filled = 0
  for (const [number, points] of found) {
    const row = tracks.row(number)
    if (row === NO_ROW) continue
    tracks.trails.fill(row, points.time, points.lon, points.lat)
    filled += 1
  }
  return filled
}

function read(
  bytes: ArrayBuffer,
): { id: Uint32Array; time: Float64Array; lon: Float32Array; lat: Float32Array } | null {
  try {
    const body = decode(bytes)
    if (!isRecord(body)) return null
    const buffer = (name: string): ArrayBuffer => {
      const value = body[name]
      if (!(value instanceof Uint8Array)) throw new TypeError(`"${name}" is no byte string`)
      return value.slice().buffer
    }
    const id = new Uint32Array(buffer('id'))
    const time = new Float64Array(buffer('time'))
    const lon = new Float32Array(buffer('lon'))
    const lat = new Float32Array(buffer('lat'))
    const same = time.length === id.length && lon.length === id.length && lat.length === id.length
    return same ? { id, time, lon, lat } : null
  } catch {
    return null
  }
}
