import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawnAreas, readAreas } from './outlook.ts'

const RING = [
  [20, 50],
  [21, 50],
  [21, 51],
  [20, 50],
]
const area = (kind: string, share: number, more: object = {}): object => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates: [RING] },
  properties: { kind, share, track: 7, place: [20.5, 50.5], times: [100, 130, 160], ...more },
})
const STEPS = [0, 60, 120].map((after_s) => ({ after_s, place: [20, 50] }))

void test('areas of both shares are drawn, and words once', () => {
  const features = drawnAreas(readAreas({ features: [area('impact', 0.9), area('impact', 0.5)] }), 40, null)
  assert.deepEqual(
    features.map((one) => one.properties?.what as string),
    ['impact-90', 'impact-words', 'impact-50'],
  )
  assert.match(String(features[1]?.properties?.words), /T7.*fall .+ – .+/)
})
void test('the minutes of a corridor are written for the chosen track alone', () => {
  const areas = readAreas({ features: [area('ahead', 0.9, { steps: STEPS })] })
  const words = (chosen: number | null): string[] =>
    drawnAreas(areas, 0, chosen)
      .filter((one) => one.properties?.what === 'ahead-words')
      .map((one) => String(one.properties?.words))
  assert.deepEqual(words(null), [])
  assert.deepEqual(words(7), ['1 min', '2 min'])
})
void test('corridors and origins are drawn of the chosen track, falls and launches of all', () => {
  const kinds = ['ahead', 'origin', 'impact', 'launch']
  const areas = readAreas({ features: kinds.map((kind) => area(kind, 0.5, { steps: [] })) })
  const drawn = (chosen: number | null): string[] =>
    drawnAreas(areas, 0, chosen).map((one) => String(one.properties?.what))
  assert.deepEqual(drawn(8), ['impact-50', 'launch-50'])
  assert.deepEqual(drawn(7), ['ahead-50', 'origin-50', 'impact-50', 'launch-50'])
})
void test('what makes no sense is left out, and the rest is drawn', () => {
  const bad = [
    null,
    {},
    area('weapon', 0.9),
    area('impact', 0.9, { place: ['x', 1] }),
    { properties: {}, geometry: {} },
  ]
  assert.equal(readAreas({ features: [...bad, area('launch', 0.9)] }).length, 1)
  assert.deepEqual(readAreas({ features: 'none' }), [])
})
