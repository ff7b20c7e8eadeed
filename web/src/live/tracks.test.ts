import assert from 'node:assert/strict'
import { test } from 'node:test'
import { picture } from './made.ts'
import { STEPS, STEP_S } from './trails.ts'
import { NO_ROW, Tracks } from './tracks.ts'

const ids = (tracks: Tracks): number[] => [...tracks.living()].map((row) => tracks.columns.id[row] ?? 0).sort()

void test('a track keeps its row while others come and go, and an empty row is used again', () => {
  const tracks = new Tracks(2)
  tracks.apply(picture({ ids: [1, 2, 3] }))
  const row = tracks.row(2)
  tracks.apply(picture({ kind: 'delta', ids: [2, 9], gone: [1] }))
  assert.equal(tracks.row(2), row)
  assert.equal(tracks.row(1), NO_ROW)
  assert.deepEqual(ids(tracks), [2, 3, 9])
  assert.equal(tracks.used, 3)
  assert.equal(tracks.alive, 3)
})

void test('a snapshot ends what it does not name', () => {
  const tracks = new Tracks(8)
  tracks.apply(picture({ ids: [1, 2, 3], text: { 3: ['a', 'b', 'c'] } }))
  tracks.apply(picture({ ids: [3, 4] }))
  assert.deepEqual(ids(tracks), [3, 4])
  assert.deepEqual(tracks.wordsOf(tracks.row(3)), ['a', 'b', 'c'])
  assert.deepEqual(tracks.wordsOf(tracks.row(4)), ['', '', ''])
})

void test('a row that is taken again has nothing of the track before', () => {
  const tracks = new Tracks(1)
  tracks.apply(picture({ ids: [1], text: { 1: ['x', 'y', 'hostile'] } }))
  tracks.apply(picture({ kind: 'delta', ids: [2], gone: [1] }))
  assert.deepEqual(tracks.wordsOf(tracks.row(2)), ['', '', ''])
})

void test('growing keeps every column, place and trail', () => {
  const tracks = new Tracks(1)
  tracks.apply(picture({ ids: [1], lon: [20], time: 0 }))
  tracks.apply(picture({ kind: 'delta', ids: [1], lon: [21], time: STEP_S }))
  tracks.apply(picture({ kind: 'delta', ids: [2, 3], lon: [30, 31], time: STEP_S }))
  assert.equal(tracks.columns.lon[tracks.row(1)], 21)
  assert.equal(tracks.position[2 * tracks.row(3)], 31)
  assert.equal(trail(tracks, 1).at(-1), 21)
  assert.equal(trail(tracks, 1).at(-2), 20)
})

function trail(tracks: Tracks, id: number): number[] {
  const { points, capacity } = tracks.trails
  return Array.from({ length: STEPS + 1 }, (_, step) => points[2 * (step * capacity + tracks.row(id))] ?? NaN)
}

void test('a trail moves one step into the past each ten seconds', () => {
  const tracks = new Tracks(4)
  for (let k = 0; k < 5; k++) tracks.apply(picture({ kind: 'delta', ids: [1], lon: [k], time: k * STEP_S }))
  assert.deepEqual(trail(tracks, 1).slice(-5), [0, 1, 2, 3, 4])
})

void test('between steps only the newest point moves', () => {
  const tracks = new Tracks(4)
  tracks.apply(picture({ ids: [1], lon: [5], time: 0 }))
  const { version } = tracks.trails
  tracks.apply(picture({ kind: 'delta', ids: [1], lon: [6], time: 1 }))
  assert.equal(tracks.trails.version, version)
  assert.deepEqual(trail(tracks, 1).slice(-2), [5, 6])
})

void test('a frame that passes several steps draws a straight line', () => {
  const tracks = new Tracks(4)
  tracks.apply(picture({ ids: [1], lon: [0], time: 0 }))
  tracks.apply(picture({ kind: 'delta', ids: [1], lon: [4], time: 4 * STEP_S }))
  assert.deepEqual(trail(tracks, 1).slice(-5), [0, 1, 2, 3, 4])
})

void test('time that goes back, or leaps, starts trails anew', () => {
  const tracks = new Tracks(4)
  tracks.apply(picture({ ids: [1], lon: [0], time: 10_000 }))
  tracks.apply(picture({ kind: 'delta', ids: [1], lon: [7], time: 5_000 }))
  assert.ok(trail(tracks, 1).every((lon) => lon === 7))
})

void test('a new track has no past, and a remembered one fills in', () => {
  const tracks = new Tracks(4)
  tracks.apply(picture({ ids: [1], lon: [9], time: 600 }))
  assert.ok(trail(tracks, 1).every((lon) => lon === 9))
  tracks.trails.fill(tracks.row(1), [580, 590, 595], [7, 8, 8.5], [57, 57, 57])
  assert.deepEqual(trail(tracks, 1).slice(-4), [7, 8, 8.5, 9])
})
