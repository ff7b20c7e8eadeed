import { isRecord } from './frames.ts'
import type { Arrival } from './board.ts'

export type StatementState = 'draft' | 'asked' | 'released' | 'withdrawn'
export type StatementKind = 'alert' | 'update' | 'cancel'
export type Status = 'actual' | 'exercise' | 'test'

/** What is said of one place to one audience. Times in seconds UTC. */
export interface Statement {
  identifier: string
  event: string
  place: string
  title: string
  audience: string
  status: Status
  kind: StatementKind
  stage: string
  lane: string
  state: StatementState
  since: number
  decided: number
  expires: number
  released: number | null
  releasedBy: string[]
  authority: string
  asked: string[]
  askNext: number | null
  may: string[]
  needs: number
  references: string[]
  area: [number, number][][]
  areaKm2: number | null
  people: number | null
  note: string
  classes: string[]
  tracks: number[]
  arrival: Arrival | null
  observation: string
}

/** What two people signed in advance, and what it reaches. */
export interface Standing {
  name: string
  state: string
  places: string[]
  classes: string[]
  chanceMin: number | null
  areaKm2Max: number | null
  peopleMax: number | null
  ratePerHour: number | null
  from: number
  until: number
  signers: string[]
  sensor: string
  falseAlertsPerYear: number | null
  measured: string
  released: number
  last: number | null
  extended: boolean
  reach: { places: string[]; areaKm2: number | null; people: number | null }
  stoppedBy: string
  note: string
}

/** One sound and one asked acknowledgement; it updates in place. */
export interface Annunciation {
  id: string
  since: number
  sounded: number
  sounds: number
  priority: 'high' | 'medium' | 'low'
  stage: string
  scope: string
  parent: string
  places: string[]
  text: string
  asks: boolean
  for: string[]
  acknowledgedBy: string
  shelvedBy: string
  shelvedUntil: number | null
  live: boolean
}

export interface Said {
  time: number
  status: Status
  /** Why an exercise stopped itself; empty: it runs, or it is none. */
  halted: string
  duty: string[]
  statements: Statement[]
  standing: Standing[]
  annunciations: Annunciation[]
  rate: { count: number; flood: boolean; limit: number }
  missing: { place: string; classes: string[] }[]
}

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const word = (row: Row, name: string): string => (typeof row[name] === 'string' ? row[name] : '')
const number = (row: Row, name: string): number => (typeof row[name] === 'number' ? row[name] : 0)
const known = (row: Row, name: string): number | null => {
  const value = row[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

function oneOf<T extends string>(value: string, choices: readonly T[], otherwise: T): T {
  return choices.find((one) => one === value) ?? otherwise
}

/** Reads the alerts frame. What this page does not know is shown as the graver thing. */
export function readSaid(body: Row, outside = false): Said {
  const rate = isRecord(body.rate) ? body.rate : {}
  return {
    time: number(body, 'time'),
    status: oneOf(word(body, 'status'), ['actual', 'exercise', 'test'], 'actual'),
    halted: word(body, 'halted'),
    duty: words(body.duty),
    // What the public is shown was released, all of it.
    statements: rows(body.statements).map((row) =>
      readStatement(outside ? { ...row, state: 'released', released: row.sent, audience: '' } : row),
    ),
    standing: rows(body.standing).map(readStanding),
    annunciations: rows(body.annunciations).map(readAnnunciation),
    rate: { count: number(rate, 'count'), flood: rate.flood === true, limit: number(rate, 'limit') },
    missing: rows(body.missing).map((row) => ({ place: word(row, 'place'), classes: words(row.classes) })),
  }
}

export function readStatement(row: Row): Statement {
  const times = Array.isArray(row.arrival) ? row.arrival.map(Number) : []
  const [early, likely, late] = times
  return {
    identifier: word(row, 'identifier'),
    event: word(row, 'event'),
    place: word(row, 'place'),
    title: word(row, 'title') || word(row, 'place'),
    audience: word(row, 'audience'),
    status: oneOf(word(row, 'status'), ['actual', 'exercise', 'test'], 'actual'),
    kind: oneOf(word(row, 'kind'), ['alert', 'update', 'cancel'], 'alert'),
    stage: word(row, 'stage'),
    lane: word(row, 'lane'),
    state: oneOf(word(row, 'state'), ['draft', 'asked', 'released', 'withdrawn'], 'asked'),
    since: number(row, 'since'),
    decided: number(row, 'decided'),
    expires: number(row, 'expires'),
    released: known(row, 'released'),
    releasedBy: words(row.released_by),
    authority: word(row, 'authority'),
    asked: words(row.asked),
    askNext: known(row, 'ask_next'),
    may: words(row.may),
    needs: number(row, 'needs'),
    references: words(row.references),
    area: Array.isArray(row.area) ? (row.area as [number, number][][]) : [],
    areaKm2: known(row, 'area_km2'),
    people: known(row, 'people'),
    note: word(row, 'note'),
    classes: words(row.classes),
    tracks: Array.isArray(row.tracks) ? row.tracks.map(Number) : [],
    arrival: early === undefined || likely === undefined || late === undefined ? null : [early, likely, late],
    observation: word(row, 'observation'),
  }
}

function readStanding(row: Row): Standing {
  const reach = isRecord(row.reach) ? row.reach : {}
  return {
    name: word(row, 'name'),
    state: word(row, 'state'),
    places: words(row.places),
    classes: words(row.classes),
    chanceMin: known(row, 'chance_min'),
    areaKm2Max: known(row, 'area_km2_max'),
    peopleMax: known(row, 'people_max'),
    ratePerHour: known(row, 'rate_per_hour'),
    from: number(row, 'from'),
    until: number(row, 'until'),
    signers: words(row.signers),
    sensor: word(row, 'sensor'),
    falseAlertsPerYear: known(row, 'false_alerts_per_year'),
    measured: word(row, 'measured'),
    released: number(row, 'released'),
    last: known(row, 'last'),
    extended: row.extended === true,
    reach: { places: words(reach.places), areaKm2: known(reach, 'area_km2'), people: known(reach, 'people') },
    stoppedBy: word(row, 'stopped_by'),
    note: word(row, 'note'),
  }
}

function readAnnunciation(row: Row): Annunciation {
  return {
    id: word(row, 'id'),
    since: number(row, 'since'),
    sounded: number(row, 'sounded'),
    sounds: number(row, 'sounds'),
    priority: oneOf(word(row, 'priority'), ['high', 'medium', 'low'], 'high'),
    stage: word(row, 'stage'),
    scope: word(row, 'scope'),
    parent: word(row, 'parent'),
    places: words(row.places),
    text: word(row, 'text'),
    asks: row.asks === true,
    for: words(row.for),
    acknowledgedBy: word(row, 'acknowledged_by'),
    shelvedBy: word(row, 'shelved_by'),
    shelvedUntil: known(row, 'shelved_until'),
    live: row.live === true,
  }
}
