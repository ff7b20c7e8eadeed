import type { Tracks } from '../live/tracks.ts'
import { STATES } from '../live/tracks.ts'

/** The tracks that are drawn, as a table that any program reads. Units stand in the names, as everywhere. */
const HEAD = [
  'track',
  'time',
  'latitude_deg',
  'longitude_deg',
  'altitude_m',
  'velocity_east_mps',
  'velocity_north_mps',
  'velocity_up_mps',
  'existence',
  'state',
  'class',
  'class_confidence',
  'identity',
  'callsign',
  'mark',
] as const

function record(tracks: Tracks, row: number): (string | number)[] {
  const c = tracks.columns
  const of = (column: ArrayLike<number>, digits: number): number => Number((column[row] ?? 0).toFixed(digits))
  const [identity, callsign, mark] = tracks.wordsOf(row)
  return [
    c.id[row] ?? 0,
    new Date(tracks.time * 1000).toISOString(),
    of(c.lat, 6),
    of(c.lon, 6),
    of(c.alt, 0),
    of(c.ve, 1),
    of(c.vn, 1),
    of(c.vu, 1),
    of(c.existence, 3),
    STATES[c.state[row] ?? 0] ?? '',
    tracks.classOf(row),
    of(c.clsp, 2),
    identity,
    callsign,
    mark,
  ]
}

/** RFC 4180; a word that a spreadsheet would take for a formula is kept a word. */
export function asCsv(tracks: Tracks, rows: readonly number[]): string {
  const cell = (value: string | number): string => {
    if (typeof value === 'number') return String(value)
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return [HEAD.join(','), ...rows.map((row) => record(tracks, row).map(cell).join(','))].join('\r\n') + '\r\n'
}

/** RFC 7946: one point for each track, with everything else as its properties. */
export function asGeoJson(tracks: Tracks, rows: readonly number[]): string {
  const features = rows.map((row) => {
    const values = record(tracks, row)
    const properties = Object.fromEntries(HEAD.map((name, i) => [name, values[i]]))
    const place = ['longitude_deg', 'latitude_deg', 'altitude_m'].map((name) => properties[name])
    return { type: 'Feature', geometry: { type: 'Point', coordinates: place }, properties }
  })
  return JSON.stringify({ type: 'FeatureCollection', features })
}

/** Onto the clipboard; as a file where the browser allows no clipboard. True: it is on the clipboard. */
export async function handOut(text: string, name: string, type: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type }))
    link.download = name
    link.click()
    URL.revokeObjectURL(link.href)
    return false
  }
}
