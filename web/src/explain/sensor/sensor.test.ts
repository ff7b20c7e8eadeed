import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'

import { readSensor } from './sensor.ts'

void test('a polar map is read ring by ring, sectors clockwise from north', () => {
  const why = readSensor({
    cells: {
      kind: 'polar',
      rings: 2,
      sectors: 4,
      least_m: 1000,
      most_m: 21000,
      clutter_per_scan: [0, 1, 2, 3, 4, 5, 6, 7],
    },
    residuals: {},
  })
  equal(why.rangeMax, 21000)
  deepEqual(why.cells[1], { from: 1000, to: 11000, left: 90, right: 180, clutter: 1 })
  deepEqual(why.cells[4], { from: 11000, to: 21000, left: 0, right: 90, clutter: 4 })
})

void test('residuals are one series for each quantity, without what was not measured', () => {
  const why = readSensor({ residuals: { time: [1, 2, 3], range_m: [5, null, -4], elevation_deg: [null, null, null] } })
  deepEqual(why.residuals, [{ of: 'range_m', times: [1, 3], values: [5, -4] }])
})

void test('squares on the ground, and nothing at all, draw no rings', () => {
  equal(readSensor({ cells: { kind: 'ground', clutter_per_scan: [1] } }).cells.length, 0)
  deepEqual(readSensor({}), { residuals: [], cells: [], rangeMax: 1 })
})
