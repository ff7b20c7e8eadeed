import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mgrs } from './mgrs.ts'

// As PROJ 9 computes them.
const KNOWN: [string, number, number, string][] = [
  ['Eiffel Tower', 2.2945, 48.858222, '31U DQ 48251 11935'],
  ['White House', -77.0365, 38.8977, '18S UJ 23394 07395'],
  ['equator and zone 31', 3, 0, '31N EA 00000 00000'],
]
for (const [name, lon, lat, wanted] of KNOWN) {
  void test(`grid reference: ${name}`, () => {
    const [got, want] = [mgrs(lon, lat).split(' '), wanted.split(' ')]
    assert.deepEqual(got.slice(0, 2), want.slice(0, 2))
    for (const i of [2, 3])
      assert.ok(Math.abs(Number(got[i]) - Number(want[i])) <= 1, `${got.join(' ')} is not ${wanted}`)
  })
}
void test('the zones around Norway and Svalbard are wider or shifted', () => {
  assert.ok(mgrs(5.3, 60.4).startsWith('32V'))
  assert.ok(mgrs(15.6, 78.2).startsWith('33X'))
})
void test('south of the equator, and no grid at the poles', () => {
  assert.ok(mgrs(151.2153, -33.8568).startsWith('56H LH'))
  assert.equal(mgrs(0, 85), '')
})
