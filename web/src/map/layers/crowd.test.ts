import assert from 'node:assert/strict'
import { test } from 'node:test'
import { picture } from '../../live/made.ts'
import { Tracks } from '../../live/tracks.ts'
import { Screen } from '../screen.ts'
import { Crowd } from './crowd.ts'

const N = 30

/** How large each of them is drawn, where they stand so on the screen and are hidden so. */
function factors(place: (row: number) => readonly [x: number, y: number], why = new Uint8Array(N)): Float32Array {
  const tracks = new Tracks(N)
  tracks.apply(picture({ ids: Array.from({ length: N }, (_, i) => i + 1) }))
  const screen = new Screen()
  screen.width = 800
  screen.height = 600
  screen.x = Float32Array.from({ length: N }, (_, i) => place(i)[0])
  screen.y = Float32Array.from({ length: N }, (_, i) => place(i)[1])
  const crowd = new Crowd()
  crowd.look(tracks, why, screen)
  return crowd.factor
}

void test('what stands alone keeps its size, and a heap shrinks', () => {
  const found = factors((row) => (row === 0 ? [700, 500] : [300 + (row % 5), 300 + (row % 7)]))
  assert.equal(found[0], 1)
  assert.ok((found[1] ?? 1) < 0.5)
})
void test('hidden tracks crowd nobody', () => {
  assert.equal(factors(() => [300, 300], new Uint8Array(N).fill(3, 1))[0], 1)
})
