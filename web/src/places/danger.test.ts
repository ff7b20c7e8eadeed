import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Health, Place, PlaceHealth, Stage } from '../live/board.ts'
import { bearing, compass, dangers, fits, sides } from './danger.ts'

function place(name: string, seconds: number): Place {
  const actions = seconds > 0 ? [{ name: '', seconds }] : []
  return { name, title: name, kind: 'site', geometry: [[20, 50]], ring: 5000, parent: '', actions }
}

function stands(name: string, stage: Stage, early: number | null): PlaceHealth {
  const arrival = early === null ? null : ([early, early + 60, early + 200] as const)
  const reasons = early === null ? [] : [{ track: 7, kind: 'one-way-attack drone', danger: 0.9, arrival, held: false }]
  const rest = { reason: '', since: 0, groups: [], event: '', rule: '', lane: '', chance: 0, stageSince: 0 }
  return { name, observation: 'seen clear', stage, arrival, reasons, ...rest }
}

function health(places: PlaceHealth[]): Health {
  return { time: 100, sensors: [], places, refusals: [], counters: [], latency: [], starting: null, troubles: [] }
}

void test('the place with the least time left to act comes first, not the one that is reached first', () => {
  const slow = place('plant', 600)
  const quick = place('depot', 30)
  const now = health([stands('depot', 'warning', 200), stands('plant', 'watch', 500), stands('farm', 'quiet', null)])
  const sorted = dangers([place('farm', 0), quick, slow], now, 100, () => [20, 51])
  assert.deepEqual(
    sorted.map((one) => one.place.name),
    ['plant', 'depot', 'farm'],
  )
  assert.equal(sorted[0]?.toAct, -100)
})
void test('times run on between two healths', () => {
  const [first] = dangers([place('plant', 100)], health([stands('plant', 'warning', 300)]), 140, () => null)
  assert.deepEqual(first?.arrival, [260, 320, 460])
  assert.equal(first.toAct, 160)
})
void test('a quiet place names nobody and no time', () => {
  const [first] = dangers([place('plant', 100)], health([stands('plant', 'quiet', 300)]), 100, () => [20, 51])
  assert.equal(first?.arrival, null)
  assert.equal(first.toAct, Infinity)
  assert.deepEqual(first.who, [])
})
void test('from where is where they are, seen from the place', () => {
  assert.equal(compass(bearing([20, 50], [20, 51])), 'n')
  assert.equal(compass(bearing([20, 50], [21, 50])), 'e')
  assert.deepEqual(sides([5, 350, 90]), ['n', 'e'])
})
void test('an action fits surely, perhaps, or no more', () => {
  assert.equal(fits([700, 800, 900], 600), 'fits')
  assert.equal(fits([500, 800, 900], 600), 'tight')
  assert.equal(fits([100, 200, 900], 600), 'over')
})
