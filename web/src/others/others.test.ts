import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOthers } from './others.ts'

const RING = [
  [1, 2],
  [1, 3],
  [2, 3],
  [1, 2],
]
const BODY = [
  {
    source: 'west',
    heard: 5,
    trouble: '',
    bulletins: [
      {
        identifier: 'a',
        said: [
          { language: 'en-GB', headline: 'Take cover', area: [RING] },
          { language: 'uk-UA', headline: 'До укриття', area: [] },
        ],
      },
    ],
  },
]

void test('a bulletin is read in the language of the page, with the areas of all its languages', () => {
  assert.equal(readOthers(BODY, 'uk')[0]?.bulletins[0]?.headline, 'До укриття')
  const other = readOthers(BODY, 'pl')[0]?.bulletins[0]
  assert.equal(other?.headline, 'Take cover')
  assert.deepEqual(other.area, [RING])
})
void test('whatever comes, nothing is thrown, and a ring of words is no ring', () => {
  assert.deepEqual(readOthers('no', 'en'), [])
  const odd = [{ bulletins: [{ said: [{ area: [['a', 'b', 'c'], 4] }] }] }]
  assert.deepEqual(readOthers(odd, 'en')[0]?.bulletins[0]?.area, [])
})
