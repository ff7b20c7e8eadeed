import { isRecord } from '../live/frames.ts'

/** The answer of /api/explain/track, ready to be shown. */
export interface Why {
  time: number
  detections: { time: number; sensor: string; weight: number; measured: string }[]
  sensors: { sensor: string; detections: number; weight: number }[]
  refused: { time: number; feed: string; reason: string; detail: string; count: number }[]
}

type Row = Record<string, unknown>
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const word = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
const UNITS: Record<string, [string, number, string]> = {
  range_m: ['r', 1e-3, 'km'],
  azimuth_deg: ['az', 1, '°'],
  elevation_deg: ['el', 1, '°'],
  range_rate_mps: ['ṙ', 1, 'm/s'],
  latitude_deg: ['', 1, '° N'],
  longitude_deg: ['', 1, '° E'],
  altitude_m: ['h', 1, 'm'],
}

function measured(row: Row): string {
  return Object.entries(UNITS)
    .filter(([name]) => typeof row[name] === 'number')
    .map(([name, [sign, scale, unit]]) => `${sign} ${(number(row[name]) * scale).toFixed(2)} ${unit}`.trim())
    .join(', ')
}

export function readWhy(body: Row): Why {
  return {
    time: number(body.time),
    detections: rows(body.detections).map((row) => ({
      time: number(row.time),
      sensor: word(row.sensor),
      weight: number(row.weight),
      measured: measured(row),
    })),
    sensors: rows(body.sensors).map((row) => ({
      sensor: word(row.sensor),
      detections: number(row.detections),
      weight: number(row.weight),
    })),
    refused: rows(body.refused).map((row) => ({
      time: number(row.time),
      feed: word(row.feed),
      reason: word(row.reason),
      detail: word(row.detail),
      count: number(row.count),
    })),
  }
}
