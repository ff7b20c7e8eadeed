import assert from 'node:assert/strict'
import { test } from 'node:test'
import { of, readDeliveries } from './receipts.ts'

const LEGS = { 'detection to track': 3, 'track to decision': 1, 'decision to release': 20, 'document to send': 0.1 }
const BODY = {
  channels: [
    { name: 'sirens', kind: 'siren', trouble: '', state: 'relay closed', waiting: 0 },
    { name: 'mail', kind: 'mail', trouble: 'no answer', state: '', waiting: 1 },
    { name: 'feed', kind: 'feed', trouble: '', state: '', waiting: 0 },
  ],
  alerts: [
    {
      identifier: 's-1',
      channel: 'sirens',
      outcome: 'received',
      detail: 'read back',
      legs: { ...LEGS, 'send to receipt': 2 },
    },
    { identifier: 's-1', channel: 'sirens', outcome: 'expired', detail: 'an older try', legs: {} },
    { identifier: 's-1', channel: 'feed', outcome: 'received', detail: '', legs: { ...LEGS, 'send to receipt': 0.5 } },
    { identifier: 's-2', channel: 'feed', outcome: 'received', detail: '', legs: {} },
    'not a row',
  ],
}

void test('each channel is one line, by its newest receipt, and who waits in trouble is there too', () => {
  const told = of('s-1', readDeliveries(BODY))
  assert.deepEqual(
    told.lines.map((line) => [line.channel, line.outcome, line.detail, line.well]),
    [
      ['sirens', 'received', 'read back', true],
      ['feed', 'received', '', true],
      ['mail', '', 'no answer', false],
    ],
  )
  assert.equal(told.received, 2)
})
void test('the latency of an alert is that of its slowest channel, leg by leg', () => {
  const told = of('s-1', readDeliveries(BODY))
  assert.deepEqual(
    told.legs.map(([name]) => name),
    ['detection to track', 'track to decision', 'decision to release', 'document to send', 'send to receipt'],
  )
  assert.ok(Math.abs((told.total ?? 0) - 26.1) < 1e-9)
})
void test('an answer of another shape is no receipt, and no error', () => {
  assert.deepEqual(of('s-1', readDeliveries({ channels: 4, alerts: [{}] })).lines, [])
})
