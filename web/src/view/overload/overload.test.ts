import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Picked } from '../picked.ts'
import { Overload, SHEDS, lighter } from './overload.ts'

/** One note each quarter of a second. */
function play(overload: Overload, from: number, seconds: number, late: number): number {
  let now = from
  for (; now < from + 1000 * seconds; now += 250) overload.note(now, late)
  return now
}

void test('nothing is left out of a picture that is in time', () => {
  const overload = new Overload()
  play(overload, 0, 60, 0.4)
  assert.deepEqual(overload.skipped(), [])
})
void test('a late picture loses one layer after another, in the stated order, and they come back the other way', () => {
  const overload = new Overload()
  const seen: string[] = []
  let now = 0
  for (let i = 0; i < 12; i++) {
    now = play(overload, now, 1, 5)
    const last = overload.skipped().at(-1) ?? ''
    if (seen.at(-1) !== last) seen.push(last)
  }
  assert.deepEqual(seen, [...SHEDS])
  now = play(overload, now, 5, 0.2)
  assert.equal(overload.level, SHEDS.length)
  play(overload, now, 40, 0.2)
  assert.equal(overload.level, 0)
})
void test('what is left out is not drawn, and what is picked stays picked', () => {
  const picked = { ellipses: true, trailMin: 5, leaderMin: 2, cones: true } as Picked
  assert.deepEqual(lighter(picked, 1), picked)
  assert.deepEqual(lighter(picked, 3), { ...picked, ellipses: false, trailMin: 0 })
  assert.deepEqual(lighter(picked, 4), { ...picked, ellipses: false, trailMin: 0, leaderMin: 0 })
  assert.equal(picked.trailMin, 5)
})
void test('between late and recovered nothing changes: no layer flickers', () => {
  const overload = new Overload()
  const now = play(overload, 0, 1, 5)
  play(overload, now, 60, 2)
  assert.equal(overload.level, 1)
})
