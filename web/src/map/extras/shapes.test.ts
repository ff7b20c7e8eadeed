import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Polygon } from 'geojson'
import type { Health, Sensor, Site } from '../../live/board.ts'
import { picture } from '../../live/made.ts'
import { Tracks } from '../../live/tracks.ts'
import { bearing } from '../../places/danger.ts'
import { arrivals, wedges } from './shapes.ts'

const STATION = { name: 'ears', kind: 'direction', lon: 20, lat: 50, rangeMax: 40_000 } as Sensor
const KM = 1 / 111.195

/** One track 10 km north of the station, known well across and hardly along. */
function heard(minor: number): Tracks {
  const tracks = new Tracks(4)
  tracks.name(['unknown'], ['ears', 'radar'])
  const frame = picture({ ids: [1, 2], lon: [20, 20], lat: [50 + 10 * KM, 50 + 20 * KM] })
  frame.columns.major.set([5_000, 5_000])
  frame.columns.minor.set([minor, minor])
  frame.columns.sensor.set([0, 1])
  frame.columns.vn.set([-100, 0])
  tracks.apply(frame)
  return tracks
}

void test('what a station only hears is a wedge as wide as it is uncertain, as far as the station hears', () => {
  const drawn = wedges(heard(500), new Uint8Array(4), [STATION])
  assert.equal(drawn.length, 1, 'a radar knows the range')
  const ring = (drawn[0]?.geometry as Polygon).coordinates[0] ?? []
  const sides = [ring[1], ring[5]].map((to) => bearing([20, 50], [to?.[0] ?? 0, to?.[1] ?? 0]))
  const half = (Math.atan2(1_000, 10_000) * 180) / Math.PI
  assert.ok(Math.abs((sides[0] ?? 0) - (360 - half)) < 0.1)
  assert.ok(Math.abs((sides[1] ?? 0) - half) < 0.1)
  assert.ok(Math.abs((ring[3]?.[1] ?? 0) - 50 - 40 * KM) < 0.01)
})
void test('what is known in range as well, or hidden, has no wedge', () => {
  assert.deepEqual(wedges(heard(3_000), new Uint8Array(4), [STATION]), [])
  assert.deepEqual(wedges(heard(500), new Uint8Array(4).fill(3), [STATION]), [])
})
void test('rings of minutes stand around a place that something comes to, with a time that counts', () => {
  const place = {
    name: 'plant',
    title: 'Plant',
    kind: 'site',
    geometry: [[20, 50]],
    ring: 1_000,
    parent: '',
    actions: [],
  }
  const site = { places: [place] } as unknown as Site
  const reason = { track: 1, kind: 'unknown', danger: 0.9, arrival: [60, 90, 200], held: false }
  const known = { name: 'plant', stage: 'warning', arrival: [60, 90, 200], reasons: [reason] }
  const health = { time: 100, places: [known] } as unknown as Health
  const words = (now: number): string[] =>
    arrivals(site, health, now, heard(500)).map((one) => String(one.properties?.words))
  assert.deepEqual(
    words(100).filter((one) => one.endsWith(' min')),
    ['1 min', '2 min', '5 min', '10 min'],
  )
  assert.match(words(100).at(-1) ?? '', /entry in 90 s/)
  assert.match(words(130).at(-1) ?? '', /entry in 60 s/)
})
