import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '@msgpack/msgpack'
import { readRelief, shade } from './relief.ts'

const ACROSS = 9
const body = (heights: Int16Array): ArrayBuffer => {
  const box = { west: 20, south: 50, east: 20.1, north: 50.1 }
  const bytes = encode({ ...box, across: ACROSS, down: ACROSS, heights: new Uint8Array(heights.buffer) })
  return bytes.slice().buffer
}
const hill = Int16Array.from({ length: ACROSS * ACROSS }, (_, i) => {
  const [x, y] = [(i % ACROSS) - 4, Math.floor(i / ACROSS) - 4]
  return Math.max(0, 800 - 200 * Math.hypot(x, y))
})

void test('a hill is light in the north-west and dark in the south-east', () => {
  const relief = readRelief(body(hill))
  assert.ok(relief !== null)
  const shades = shade(relief)
  assert.ok((shades[2 * ACROSS + 2] ?? 0) > 0.1)
  assert.ok((shades[6 * ACROSS + 6] ?? 0) < -0.1)
  assert.ok(Math.abs(shades[0] ?? 1) < 1e-6)
})
void test('heights that are too few are not drawn', () => {
  assert.equal(readRelief(body(hill.slice(0, 20))), null)
})
