import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Place } from '../live/board.ts'
import { Nearest } from './nearest.ts'

const place = (name: string, kind: Place['kind'], ring: number, geometry: [number, number][]): Place => {
  return { name, title: name, kind, ring, geometry, parent: '', actions: [] }
}
const square: [number, number][] = [
  [20, 50],
  [21, 50],
  [21, 51],
  [20, 51],
  [20, 50],
]
const near = (given: number | undefined, wanted: number): void => {
  assert.ok(Math.abs((given ?? NaN) - wanted) <= 0.005 * wanted + 1, `${given} is not about ${wanted}`)
}

void test('a site is as far as its ring, and 0 inside', () => {
  const site = new Nearest([place('a', 'site', 5000, [[20, 50]])])
  near(site.find(20, 50.1)?.metres, 11_119.5 - 5000)
  assert.equal(site.find(20, 50.01)?.metres, 0)
})
void test('a zone is 0 inside and as far as its nearest edge outside', () => {
  const zone = new Nearest([place('z', 'zone', 0, square)])
  assert.equal(zone.find(20.5, 50.5)?.metres, 0)
  near(zone.find(20.5, 51.2)?.metres, 0.2 * 111_195)
})
void test('a border is a line and not the area that it half encloses', () => {
  const border = new Nearest([place('b', 'border', 0, square.slice(0, 4))])
  near(border.find(20.5, 50.1)?.metres, 0.1 * 111_195)
})
void test('the nearest of several is found', () => {
  const both = new Nearest([place('far', 'site', 0, [[25, 50]]), place('near', 'site', 0, [[20.1, 50]])])
  assert.equal(both.find(20, 50)?.name, 'near')
  assert.equal(new Nearest([]).find(20, 50), null)
})
