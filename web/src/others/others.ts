import { isRecord } from '../live/frames.ts'

/** Another authority, when it was last heard, and what it says now. Times in seconds UTC. */
export interface Source {
  name: string
  heard: number | null
  trouble: string
  bulletins: Bulletin[]
}
export interface Bulletin {
  identifier: string
  sender: string
  status: string
  kind: string
  sent: number
  expires: number
  signature: string
  faults: string[]
  headline: string
  description: string
  instruction: string
  urgency: string
  severity: string
  places: string[]
  /** Closed rings, longitude and latitude in degrees. */
  area: [number, number][][]
}

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const word = (row: Row | undefined, name: string): string => (typeof row?.[name] === 'string' ? row[name] : '')
const number = (row: Row, name: string): number => (typeof row[name] === 'number' ? row[name] : 0)
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** The answer of /api/others, in the language of the page where a source speaks it. */
export function readOthers(body: unknown, language: string): Source[] {
  return rows(body).map((row) => ({
    name: word(row, 'source'),
    heard: typeof row.heard === 'number' ? row.heard : null,
    trouble: word(row, 'trouble'),
    bulletins: rows(row.bulletins).map((one) => bulletin(one, language)),
  }))
}

function bulletin(row: Row, language: string): Bulletin {
  const said = rows(row.said)
  const mine = said.find((one) => word(one, 'language').startsWith(language)) ?? said[0]
  return {
    identifier: word(row, 'identifier'),
    sender: word(row, 'sender'),
    status: word(row, 'status'),
    kind: word(row, 'kind'),
    sent: number(row, 'sent'),
    expires: number(row, 'expires'),
    signature: word(row, 'signature'),
    faults: words(row.faults),
    headline: word(mine, 'headline') || word(mine, 'event') || word(row, 'note'),
    description: word(mine, 'description'),
    instruction: word(mine, 'instruction'),
    urgency: word(mine, 'urgency'),
    severity: word(mine, 'severity'),
    places: words(mine?.places),
    area: said.flatMap((one) => rings(one.area)),
  }
}

function rings(value: unknown): [number, number][][] {
  if (!Array.isArray(value)) return []
  return value.map((ring) => (Array.isArray(ring) ? ring.filter(isPoint) : [])).filter((ring) => ring.length > 2)
}

function isPoint(value: unknown): value is [number, number] {
  return Array.isArray(value) && Number.isFinite(value[0]) && Number.isFinite(value[1])
}
