import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Annunciation, readSaid } from '../live/said.ts'
import { Ear, gravest, inOrder } from './sounds.ts'

function one(id: string, sounds: number, more: Partial<Record<string, unknown>> = {}): Annunciation {
  const row = { id, sounds, priority: 'high', asks: true, live: true, for: [], places: ['plant'], ...more }
  const [read] = readSaid({ annunciations: [row] }).annunciations
  assert.ok(read)
  return read
}

void test('an alert is heard once, and again only when it is promoted', () => {
  const ear = new Ear()
  assert.equal(ear.listen([one('a', 1)], 'Olena').length, 1)
  assert.equal(ear.listen([one('a', 1)], 'Olena').length, 0)
  assert.equal(ear.listen([one('a', 2)], 'Olena').length, 1)
})
void test('what was acknowledged before the page was opened is not heard', () => {
  assert.equal(new Ear().listen([one('a', 3, { acknowledged_by: 'Petro' })], 'Olena').length, 0)
})
void test('a promotion is heard though the alert was acknowledged', () => {
  const ear = new Ear()
  ear.listen([one('a', 1)], 'Olena')
  assert.equal(ear.listen([one('a', 2, { acknowledged_by: 'Olena' })], 'Olena').length, 1)
})
void test('what is for others is not heard here', () => {
  assert.equal(new Ear().listen([one('a', 1, { for: ['Petro'] })], 'Olena').length, 0)
})
void test('several at once are one sound, the gravest', () => {
  assert.equal(gravest([one('a', 1, { priority: 'low' }), one('b', 1)]), 'warning')
  assert.equal(gravest([]), null)
})
void test('what waits for an acknowledgement stands first, then the gravest', () => {
  const list = [one('done', 1, { acknowledged_by: 'Olena' }), one('low', 1, { priority: 'low' }), one('high', 1)]
  assert.deepEqual(
    inOrder(list).map((each) => each.id),
    ['high', 'low', 'done'],
  )
})
void test('a priority that this page does not know counts as the gravest', () => {
  assert.equal(one('a', 1, { priority: 'purple' }).priority, 'high')
})
