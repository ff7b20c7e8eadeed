import assert from 'node:assert/strict'
import { test } from 'node:test'
import { picture } from '../../live/made.ts'
import { Tracks } from '../../live/tracks.ts'
import { type Picked, START as ALL } from '../picked.ts'
import { REASONS, sift } from './filters.ts'

const CLASSES = ['unknown', 'bird', 'cruise missile', 'airliner']
function sky(): Tracks {
  const tracks = new Tracks(8)
  tracks.name(CLASSES, [])
  tracks.apply(
    picture({
      ids: [1, 2, 3, 4],
      cls: [0, 1, 2, 3],
      state: [0, 1, 2, 1],
      corr: [1, 1, 1, 0],
      text: { 4: ['icao:4ca7b3', 'RYR12', ''] },
    }),
  )
  return tracks
}

function hidden(picked: Picked, search = '', chosen: number | null = null): Record<string, number> {
  const tracks = sky()
  const { counts } = sift(tracks, picked, search, chosen, new Uint8Array(tracks.capacity))
  const found: Record<string, number> = {}
  for (const [i, reason] of REASONS.entries()) if (counts[i]) found[reason || 'drawn'] = counts[i]
  return found
}

void test('everything is drawn until somebody hides it', () => {
  assert.deepEqual(hidden(ALL), { drawn: 4 })
})
void test('each choice hides for its own reason, and every track is counted once', () => {
  const states = { tentative: false, coasting: false }
  assert.deepEqual(hidden({ ...ALL, states }), { drawn: 2, tentative: 1, coasting: 1 })
  assert.deepEqual(hidden({ ...ALL, groups: { ...ALL.groups, bird: false } }), { drawn: 3, group: 1 })
  assert.deepEqual(hidden({ ...ALL, alone: false }), { drawn: 3, alone: 1 })
  assert.deepEqual(hidden({ ...ALL, lowest: 2000 }), { height: 4 })
  assert.deepEqual(hidden({ ...ALL, highest: 999 }), { height: 4 })
})
void test('searching finds numbers, call signs, identities and classes', () => {
  assert.deepEqual(hidden(ALL, 'ryr'), { drawn: 1, search: 3 })
  assert.deepEqual(hidden(ALL, '4CA7'), { drawn: 1, search: 3 })
  assert.deepEqual(hidden(ALL, 't2'), { drawn: 1, search: 3 })
  assert.deepEqual(hidden(ALL, 'missile'), { drawn: 1, search: 3 })
})
void test('the chosen track is never hidden', () => {
  assert.deepEqual(hidden({ ...ALL, lowest: 2000 }, 'nothing', 3), { drawn: 1, height: 3 })
})
void test('a second look without a change says so', () => {
  const tracks = sky()
  const why = new Uint8Array(tracks.capacity)
  const picked = { ...ALL, alone: false }
  assert.equal(sift(tracks, picked, '', null, why).changed, true)
  assert.equal(sift(tracks, picked, '', null, why).changed, false)
})
