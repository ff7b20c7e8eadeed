import assert from 'node:assert/strict'
import { test } from 'node:test'
import { picture } from '../live/made.ts'
import { Tracks } from '../live/tracks.ts'
import { asCsv, asGeoJson } from './copies.ts'

function sky(callsign: string): Tracks {
  const tracks = new Tracks(4)
  tracks.name(['airliner'], [])
  tracks.apply(picture({ ids: [7], text: { 7: ['icao:4ca7b3', callsign, ''] } }))
  return tracks
}

void test('a track is a row with its units in the head', () => {
  const [head, row] = asCsv(sky('RYR12'), [0]).split('\r\n')
  assert.ok(head?.startsWith('track,time,latitude_deg'))
  assert.ok(row?.startsWith('7,'))
  assert.ok(row?.includes('RYR12'))
})
void test('a call sign that looks like a formula stays a word, and commas are quoted', () => {
  assert.ok(asCsv(sky('=cmd|A1'), [0]).includes("'=cmd|A1"))
  assert.ok(asCsv(sky('a,"b'), [0]).includes('"a,""b"'))
})
void test('GeoJSON has the longitude first', () => {
  const made = JSON.parse(asGeoJson(sky('RYR12'), [0])) as { features: { geometry: { coordinates: number[] } }[] }
  assert.equal(made.features[0]?.geometry.coordinates[0], 21)
})
