import { m } from '../messages/index.ts'

const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')

/** 21:14:05, UTC. */
export function utcClock(time: number): string {
  const date = new Date(time * 1000)
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
}

/** 2026-11-22, UTC. */
export function utcDate(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10)
}

const zones = new Map<string, Intl.DateTimeFormat>()

/** The same moment on the clocks of the site, as 23:14 EET; empty where the zone is unknown or UTC. */
export function zoneClock(time: number, zone: string): string {
  if (zone === 'UTC' || zone === '') return ''
  let format = zones.get(zone)
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
      })
    } catch {
      return ''
    }
    zones.set(zone, format)
  }
  return format.format(time * 1000)
}

/** 4 s, 3 min, 1 h 20 min: how long something took or is ago. */
export function span(seconds: number): string {
  const { s: second, min, h } = m.units
  const s = Math.max(0, seconds)
  if (s < 10) return `${s.toFixed(1)} ${second}`
  if (s < 100) return `${Math.round(s)} ${second}`
  const minutes = Math.round(s / 60)
  if (minutes < 60) return `${minutes} ${min}`
  return `${Math.floor(minutes / 60)} ${h} ${two(minutes % 60)} ${min}`
}
