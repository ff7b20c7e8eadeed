import type { View } from '../map/controls.ts'
import { focus, picked } from '../view/choices.svelte.ts'
import { type Picked, START } from '../view/picked.ts'
import { TABS } from '../view/tabs.ts'

/** All of a view but the data: what another person needs to see the same. Seconds UTC, degrees. */
export interface Linked {
  view: View | null
  time: number | null
  track: number | null
  place: string | null
}

const MARK = '#view'
const KEPT_OUT: ReadonlySet<string> = new Set(['theme', 'tab', 'sound', 'volume', 'spoken', 'states', 'groups'])

/** The fragment that encodes the view: it is never sent to a server, and stands in no log. */
export function encode(linked: Linked): string {
  const parts = new URLSearchParams()
  if (linked.view !== null) {
    parts.set('at', [linked.view.lon.toFixed(4), linked.view.lat.toFixed(4), linked.view.zoom.toFixed(2)].join(','))
  }
  if (linked.time !== null) parts.set('time', String(Math.round(linked.time)))
  if (linked.track !== null) parts.set('track', String(linked.track))
  if (linked.place !== null) parts.set('place', linked.place)
  if (focus.search !== '') parts.set('search', focus.search)
  if (focus.kiosk) parts.set('kiosk', 'yes')
  parts.set('tab', picked.tab)
  for (const [name, start] of Object.entries(START)) {
    const value: unknown = picked[name as keyof Picked]
    if (!KEPT_OUT.has(name) && value !== start) parts.set(name, JSON.stringify(value))
  }
  for (const kind of ['states', 'groups'] as const) {
    const off = Object.entries(picked[kind]).filter(([, shown]) => !shown)
    if (off.length > 0) parts.set(kind, off.map(([name]) => name).join(','))
  }
  return `${MARK}&${parts.toString()}`
}

/** Reads a view out of an address and takes over its choices; null when there is none in it. */
export function take(hash: string): Linked | null {
  if (!hash.startsWith(`${MARK}&`)) return null
  const parts = new URLSearchParams(hash.slice(MARK.length + 1))
  focus.search = parts.get('search') ?? ''
  focus.kiosk = parts.get('kiosk') === 'yes' && parts.get('place') !== null
  const tab = TABS.find((one) => one === parts.get('tab'))
  if (tab !== undefined) picked.tab = tab
  const linked: Record<string, unknown> = {}
  for (const [name, start] of Object.entries(START)) {
    if (!KEPT_OUT.has(name)) linked[name] = readAs(parts.get(name), start)
  }
  Object.assign(picked, linked)
  for (const kind of ['states', 'groups'] as const) {
    const off = new Set((parts.get(kind) ?? '').split(','))
    for (const name of Object.keys(picked[kind])) (picked[kind] as Record<string, boolean>)[name] = !off.has(name)
  }
  const [lon, lat, zoom] = (parts.get('at') ?? '').split(',').map(Number)
  const sound = [lon, lat, zoom].every((one) => one !== undefined && Number.isFinite(one))
  return {
    view: sound ? { lon: lon ?? 0, lat: Math.max(-85, Math.min(85, lat ?? 0)), zoom: zoom ?? 6 } : null,
    time: whole(parts.get('time')),
    track: whole(parts.get('track')),
    place: parts.get('place'),
  }
}

/** A value of the same type as the page starts with; anything else is somebody's typing. */
function readAs(text: string | null, start: unknown): unknown {
  if (text === null) return start
  try {
    const value: unknown = JSON.parse(text)
    const number = typeof value === 'number' && Number.isFinite(value)
    return typeof value === typeof start || (start === null && number) ? value : start
  } catch {
    return start
  }
}

function whole(text: string | null): number | null {
  const value = Number(text)
  return text === null || text === '' || !Number.isFinite(value) || value < 0 ? null : Math.round(value)
}
