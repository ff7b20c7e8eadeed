import assert from 'node:assert/strict'
import { test } from 'node:test'
import { picture } from '../../live/made.ts'
import { Tracks } from '../../live/tracks.ts'
import { Screen } from '../screen.ts'
import { type LabelWish, placeLabels } from './labels.ts'

const WISH: LabelWish = {
  level: 1,
  few: false,
  chosen: null,
  hovered: null,
  symbol: 30,
  written: [],
  words: () => 'T1234',
}

function scene(x: number[], y: number[], cls: number[] = []): [Tracks, Uint8Array, Screen] {
  const tracks = new Tracks(x.length)
  tracks.name(['airliner', 'cruise missile'], [])
  tracks.apply(picture({ ids: x.map((_, i) => i + 1), cls }))
  const screen = new Screen()
  screen.width = 800
  screen.height = 600
  screen.x = Float32Array.from(x)
  screen.y = Float32Array.from(y)
  return [tracks, new Uint8Array(x.length), screen]
}

void test('tracks far apart all have their label', () => {
  assert.equal(placeLabels(...scene([100, 400, 700], [100, 300, 500]), WISH).length, 3)
})
void test('in a heap only some have one, and no two of them cover each other', () => {
  const x = Array.from({ length: 60 }, (_, i) => 300 + (i % 10) * 12)
  const y = Array.from({ length: 60 }, (_, i) => 300 + Math.floor(i / 10) * 12)
  const [tracks, why, screen] = scene(x, y)
  const labels = placeLabels(tracks, why, screen, WISH)
  assert.ok(labels.length > 0 && labels.length < 60)
  const boxes = labels.map((label) => {
    const row = tracks.row(Math.round((label.position[0] - 21) * 2) + 1)
    const width = 5 * 6.6
    const left = (x[row] ?? 0) + label.offset[0] - (label.anchor === 'end' ? width : 0)
    return [left, (y[row] ?? 0) + label.offset[1] - 7, width, 14] as const
  })
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      const apart = a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1]
      assert.ok(apart, `${String(a)} covers ${String(b)}`)
    }
  }
})
void test('the dangerous one has its label before the others', () => {
  const [tracks, why, screen] = scene([300, 302, 304, 306], [300, 300, 300, 300], [0, 0, 0, 1])
  const labels = placeLabels(tracks, why, screen, { ...WISH, words: (row) => `T${tracks.columns.id[row] ?? 0}` })
  assert.equal(labels[0]?.text, 'T4')
})
void test('the chosen one has its label even where there is no room, and without labels', () => {
  const [tracks, why, screen] = scene([300, 302, 304], [300, 300, 300])
  const labels = placeLabels(tracks, why, screen, { ...WISH, level: 0, chosen: 2 })
  assert.deepEqual(
    labels.map((label) => label.strong),
    [true],
  )
})
void test('what is hidden or outside has none', () => {
  const [tracks, why, screen] = scene([100, 400, 2000], [100, 300, 300])
  why[0] = 1
  assert.equal(placeLabels(tracks, why, screen, WISH).length, 1)
})
