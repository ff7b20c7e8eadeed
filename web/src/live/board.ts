import { isRecord } from './frames.ts'

/** What does not change while the server runs: the site, its sensors and its places. Angles in degrees, lengths in metres. */
export interface Site {
  title: string
  mode: 'live' | 'demo' | 'replay'
  zone: string
  origin: readonly [number, number]
  /** What a picture's columns `cls` and `sensor` index. */
  classes: string[]
  sensorNames: string[]
  sensors: Sensor[]
  places: Place[]
  lines: Line[]
  /** The site has a map file of its own: /api/map. */
  map: boolean
  /** It has heights of its own: /api/relief. */
  relief: boolean
  /** The scenario that plays, where one does. */
  scene: string
  /** For the public: how late the picture is, in seconds, and to how many metres it is rounded; 0 for staff. */
  late: number
  coarse: number
}
export interface Sensor {
  name: string
  kind: string
  lon: number
  lat: number
  alt: number
  rangeMin: number
  rangeMax: number
  /** Field of view, clockwise from north; null: all around. */
  sector: readonly [number, number] | null
}
export type PlaceKind = 'site' | 'zone' | 'border'
export interface Place {
  name: string
  title: string
  kind: PlaceKind
  geometry: [number, number][]
  ring: number
  parent: string
  /** What must be done before something arrives, and how long it takes: seconds, the longest first. */
  actions: Deed[]
}
export interface Deed {
  name: string
  seconds: number
}
export interface Line {
  name: string
  kind: string
  geometry: [number, number][]
}

export type Freshness = 'never' | 'fresh' | 'stale' | 'expired'
export interface SensorHealth {
  name: string
  kind: string
  state: Freshness
  last: number
  rate: number
  clockOffset: number
  detections: number
  refused: number
  note: string
  /** What was learnt of it; NaN where nothing was. Biases in metres, radians and seconds, with their sigmas. */
  pd: number
  clutter: number
  downWeighted: boolean
  biases: Bias[]
}
export interface Bias {
  of: 'range' | 'azimuth' | 'elevation' | 'time'
  value: number
  sigma: number
}
export type Observation = 'seen clear' | 'partly seen' | 'blind'
export type Stage = 'quiet' | 'watch' | 'warning' | 'under way' | 'all clear'
/** One track's part in a place's danger. `arrival`: 10, 50, 90 % times of entry, seconds from the health's time. */
export interface Reason {
  track: number
  kind: string
  danger: number
  arrival: Arrival | null
  held: boolean
}
export type Arrival = readonly [number, number, number]
export interface PlaceHealth {
  name: string
  observation: Observation
  reason: string
  since: number
  /** Of each group of threats: how it is seen, from how many of twelve approaches, P(undetected) on the worst. */
  groups: GroupHealth[]
  event: string
  rule: string
  /** "fast" where no time is left for two people, "slow" where there is. */
  lane: string
  chance: number
  stage: Stage
  stageSince: number
  /** Of the first to come; null where nothing is forecast to. */
  arrival: Arrival | null
  reasons: Reason[]
}
export interface GroupHealth {
  group: string
  observation: Observation
  approaches: number
  undetected: number
}
export interface Health {
  time: number
  sensors: SensorHealth[]
  places: PlaceHealth[]
  refusals: [string, number][]
  counters: [string, number][]
  latency: [string, number][]
  /** What the server is still preparing; null when it is ready. */
  starting: { what: string; done: number; of: number } | null
  /** Sentences for a person: what is wrong, and what to do. */
  troubles: string[]
}
export interface Notice {
  time: number
  kind: string
  subject: string
  text: string
}

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const word = (row: Row, name: string): string => (typeof row[name] === 'string' ? row[name] : '')
const number = (row: Row, name: string, missing = Number.NaN): number =>
  typeof row[name] === 'number' ? row[name] : missing

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map((item) => String(item)) : [])

function points(value: unknown): [number, number][] {
  if (!Array.isArray(value)) return []
  return value.filter((pair): pair is [number, number] => {
    return Array.isArray(pair) && Number.isFinite(pair[0]) && Number.isFinite(pair[1])
  })
}

function counts(value: unknown): [string, number][] {
  if (!isRecord(value)) return []
  return Object.entries(value).filter((pair): pair is [string, number] => typeof pair[1] === 'number')
}

/** Reads the static frame. What is missing stays empty: an old server must not blank the page. */
export function readSite(body: Row): Site {
  const mode = word(body, 'mode')
  const origin = isRecord(body.origin) ? body.origin : {}
  return {
    title: word(body, 'title'),
    mode: mode === 'demo' || mode === 'replay' ? mode : 'live',
    zone: word(body, 'zone') || 'UTC',
    origin: [number(origin, 'lon', 0), number(origin, 'lat', 0)],
    classes: texts(body.classes),
    sensorNames: texts(body.sensor_names),
    map: body.map === true,
    relief: body.relief === true,
    scene: word(body, 'scene'),
    late: number(body, 'late_s', 0),
    coarse: number(body, 'coarse_m', 0),
    sensors: rows(body.sensors).map(readSensor),
    places: rows(body.places).map(readPlace),
    lines: rows(body.lines).map((row) => ({
      name: word(row, 'name'),
      kind: word(row, 'kind'),
      geometry: points(row.geometry),
    })),
  }
}

function readSensor(row: Row): Sensor {
  const from = number(row, 'azimuth_from')
  const to = number(row, 'azimuth_to')
  return {
    name: word(row, 'name'),
    kind: word(row, 'kind'),
    lon: number(row, 'lon'),
    lat: number(row, 'lat'),
    alt: number(row, 'alt'),
    rangeMin: number(row, 'min_range_m', 0),
    rangeMax: number(row, 'max_range_m', 0),
    sector: Number.isFinite(from) && Number.isFinite(to) ? [from, to] : null,
  }
}

function readPlace(row: Row): Place {
  const kind = word(row, 'kind')
  const geometry = points(row.geometry)
  return {
    name: word(row, 'name'),
    title: word(row, 'title') || word(row, 'name'),
    kind: kind === 'zone' || kind === 'border' ? kind : 'site',
    geometry,
    ring: number(row, 'ring_m', 0),
    parent: word(row, 'parent'),
    actions: readDeeds(row),
  }
}

/** The named actions of a place; where it names none, its one action time. */
function readDeeds(row: Row): Deed[] {
  const named = rows(row.actions).map((one) => ({ name: word(one, 'name'), seconds: number(one, 'time_s', 0) }))
  const single = number(row, 'action_time_s', 0)
  if (named.length === 0 && single > 0) named.push({ name: '', seconds: single })
  return named.toSorted((a, b) => b.seconds - a.seconds)
}

/** Reads the health frame. A state that this page does not know is shown as the worst one. */
export function readHealth(body: Row): Health {
  return {
    time: number(body, 'time', 0),
    sensors: rows(body.sensors).map((row) => ({
      name: word(row, 'sensor'),
      kind: word(row, 'kind'),
      state: freshness(word(row, 'state')),
      last: number(row, 'last', 0),
      rate: number(row, 'rate_hz', 0),
      clockOffset: number(row, 'clock_offset_s'),
      detections: number(row, 'detections', 0),
      refused: number(row, 'refused', 0),
      note: word(row, 'note'),
      pd: number(row, 'detection_probability'),
      clutter: number(row, 'clutter_per_scan'),
      downWeighted: row.down_weighted === true,
      biases: readBiases(row),
    })),
    places: rows(body.places).map((row) => ({
      name: word(row, 'place'),
      observation: observation(word(row, 'observation')),
      reason: word(row, 'reason'),
      since: number(row, 'since', 0),
      groups: rows(row.groups).map((one) => ({
        group: word(one, 'group'),
        observation: observation(word(one, 'observation')),
        approaches: number(one, 'approaches', 0),
        undetected: number(one, 'undetected'),
      })),
      event: word(row, 'event'),
      rule: word(row, 'rule'),
      lane: word(row, 'lane'),
      chance: number(row, 'chance', 0),
      stage: stage(word(row, 'stage')),
      stageSince: number(row, 'stage_since', 0),
      arrival: arrival(row.arrival),
      reasons: rows(row.reasons).map(readReason),
    })),
    refusals: counts(body.refusals),
    counters: [...counts(body.counters), ...counts(body.transport)],
    latency: counts(body.latency),
    starting: readStarting(body.starting),
    troubles: texts(body.troubles),
  }
}

const BIASES = {
  range: 'range_bias_m',
  azimuth: 'azimuth_bias_rad',
  elevation: 'elevation_bias_rad',
  time: 'time_bias_s',
} as const

function readBiases(row: Row): Bias[] {
  return (Object.keys(BIASES) as Bias['of'][])
    .map((of) => ({ of, value: number(row, BIASES[of]), sigma: number(row, `${BIASES[of]}_sigma`) }))
    .filter((bias) => Number.isFinite(bias.value))
}

function readStarting(value: unknown): Health['starting'] {
  if (!isRecord(value)) return null
  const what = word(value, 'text')
  return what === '' ? null : { what, done: number(value, 'done', 0), of: number(value, 'of', 0) }
}

function freshness(text: string): Freshness {
  return text === 'never' || text === 'fresh' || text === 'stale' ? text : 'expired'
}

function readReason(row: Row): Reason {
  return {
    track: number(row, 'track', 0),
    kind: word(row, 'kind'),
    danger: number(row, 'danger', 0),
    arrival: arrival(row.arrival),
    held: row.held === true,
  }
}

function arrival(value: unknown): Arrival | null {
  if (!Array.isArray(value) || value.length !== 3) return null
  const [early, middle, late] = value.map(Number)
  return early === undefined || middle === undefined || late === undefined ? null : [early, middle, late]
}

const STAGES: readonly string[] = ['watch', 'warning', 'under way', 'all clear']

function stage(text: string): Stage {
  return STAGES.includes(text) ? (text as Stage) : 'quiet'
}

function observation(text: string): Observation {
  return text === 'seen clear' || text === 'partly seen' ? text : 'blind'
}

/** Reads a notice frame: one notice, or several under "notices". */
export function readNotices(body: Row): Notice[] {
  const found = Array.isArray(body.notices) ? rows(body.notices) : [body]
  return found.map((row) => ({
    time: number(row, 'time', 0),
    kind: word(row, 'what') || word(row, 'notice'),
    subject: word(row, 'subject'),
    text: word(row, 'text'),
  }))
}
