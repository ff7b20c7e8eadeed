import type { Tracks } from '../live/tracks.ts'
import { m } from '../messages/index.ts'

/** What a track is called: its call sign, else what its own transmission says, else its number. */
export function nameOf(tracks: Tracks, row: number): string {
  const [identity, callsign] = tracks.wordsOf(row)
  if (callsign !== '') return callsign
  return identity === '' ? '' : (identity.split(':').at(-1) ?? identity)
}

export function speedKmh(tracks: Tracks, row: number): number {
  return 3.6 * Math.hypot(tracks.columns.ve[row] ?? 0, tracks.columns.vn[row] ?? 0)
}

/** Degrees from north, clockwise, 000 to 359. */
export function course(tracks: Tracks, row: number): string {
  const angle = (Math.atan2(tracks.columns.ve[row] ?? 0, tracks.columns.vn[row] ?? 0) * 180) / Math.PI
  return `${String(Math.round((angle + 360) % 360) % 360).padStart(3, '0')}°`
}

export function height(metres: number): string {
  return Number.isFinite(metres) ? `${Math.round(metres / 10) * 10} ${m.units.m}` : '–'
}

/** 850 m, 1.2 km, 48 km. */
export function distance(metres: number): string {
  const { m: metre, km } = m.units
  if (metres < 1000) return `${Math.round(metres)} ${metre}`
  return metres < 10_000 ? `${(metres / 1000).toFixed(1)} ${km}` : `${Math.round(metres / 1000)} ${km}`
}

export function kilometres(metres: number): string {
  return metres < 10_000 ? (metres / 1000).toFixed(1) : String(Math.round(metres / 1000))
}

/** The class in words: in full (0) or short (1). */
export function className(name: string, form: 0 | 1): string {
  return m.classes[name]?.[form] ?? name
}

/** The label beside a symbol. Level 1: the name, and how many fly under it; level 2: height and speed too. */
export function label(tracks: Tracks, row: number, level: 1 | 2): string {
  const name = nameOf(tracks, row)
  const many = tracks.columns.group[row] ?? 0
  const one = name === '' ? m.track.number(tracks.columns.id[row] ?? 0) : name
  const first = many > 1 ? `${one} ×${many}` : one
  if (level === 1) return first
  return `${first}\n${height(tracks.columns.alt[row] ?? NaN)}  ${Math.round(speedKmh(tracks, row))} ${m.units.kmh}`
}

export function coordinates(lon: number, lat: number): string {
  const part = (value: number, positive: string, negative: string): string =>
    `${Math.abs(value).toFixed(4)}° ${value >= 0 ? positive : negative}`
  return `${part(lat, 'N', 'S')}  ${part(lon, 'E', 'W')}`
}
