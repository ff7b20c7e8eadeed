import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Health } from '../live/board.ts'
import { History } from './history.ts'

function health(time: number, counters: [string, number][]): Health {
  return { time, sensors: [], places: [], refusals: [], counters, latency: [], starting: null, troubles: [] }
}

void test('columns stay as long as time, also those that appear later or are left out', () => {
  const history = new History()
  history.add(health(1, [['a', 5]]))
  history.add(
    health(2, [
      ['a', 7],
      ['b', 1],
    ]),
  )
  history.add(health(3, [['b', 2]]))
  assert.deepEqual(history.of('a'), [5, 7, null])
  assert.deepEqual(history.of('b'), [null, 1, 2])
  assert.deepEqual(history.rate('a'), [null, 2, null])
})
void test('an hour leaves ten minutes, and time that was turned back begins anew', () => {
  const history = new History()
  for (let second = 0; second < 3600; second++) history.add(health(second, [['a', second]]))
  assert.equal(history.times.length, 600)
  assert.equal(history.of('a').length, 600)
  history.add(health(10, [['a', 0]]))
  assert.deepEqual(history.times, [10])
})
