import assert from 'node:assert/strict'
import { test } from 'node:test'
import { picture } from '../../live/made.ts'
import { Tracks } from '../../live/tracks.ts'
import { Screen } from '../screen.ts'
import { Crowd } from './crowd.ts'

void test('what stands alone keeps its size, and a heap shrinks', () => {
  const n = 30
  const tracks = new Tracks(n)
  tracks.apply(picture({ ids: Array.from({ length: n }, (_, i) => i + 1) }))
  const screen = new Screen()
  screen.width = 800
  screen.height = 600
  screen.x = Float32Array.from({ length: n }, (_, i) => (i === 0 ? 700 : 300 + (i % 5)))
  screen.y = Float32Array.from({ length: n }, (_, i) => (i === 0 ? 500 : 300 + (i % 7)))
  const crowd = new Crowd()
  crowd.look(tracks, new Uint8Array(n), screen)
  assert.equal(crowd.factor[0], 1)
  assert.ok((crowd.factor[1] ?? 1) < 0.5)
})
void test('hidden tracks crowd nobody', () => {
  const n = 30
  const tracks = new Tracks(n)
  tracks.apply(picture({ ids: Array.from({ length: n }, (_, i) => i + 1) }))
  const screen = new Screen()
  screen.width = 800
  screen.height = 600
  screen.x = new Float32Array(n).fill(300)
  screen.y = new Float32Array(n).fill(300)
  const crowd = new Crowd()
  crowd.look(tracks, new Uint8Array(n).fill(3, 1), screen)
  assert.equal(crowd.factor[0], 1)
})
