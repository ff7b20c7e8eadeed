import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '@msgpack/msgpack'
import { COLUMN_NAMES, FrameError, emptyColumns, readFrame } from './frames.ts'
import { picture, pictureBody } from './made.ts'

void test('a snapshot is read column by column, and its words by number', () => {
  const frame = readFrame(encode(pictureBody({ ids: [3, 7], text: { 7: ['icao:4ca7b3', 'RYR12', ''] } })))
  assert.ok(frame.kind === 'snapshot')
  assert.deepEqual([...frame.columns.id], [3, 7])
  assert.equal(frame.columns.lon[1], 21.5)
  assert.deepEqual(frame.text.get(7), ['icao:4ca7b3', 'RYR12', ''])
})

void test('a longer frame after a shorter one is read whole', () => {
  for (const ids of [[3], [3, 7, 9], [8]]) {
    const frame = readFrame(encode(pictureBody({ ids })))
    assert.ok(frame.kind === 'snapshot')
    assert.deepEqual([...frame.columns.id], ids)
  }
})

void test('words that are not there are empty', () => {
  const frame = readFrame(encode(pictureBody({ ids: [3], text: { 3: [null, null, 'friend'] } })))
  assert.ok(frame.kind === 'snapshot')
  assert.deepEqual(frame.text.get(3), ['', '', 'friend'])
})

void test('what is not a picture is handed on as it is', () => {
  const frame = readFrame(encode({ kind: 'health', sensors: [] }))
  assert.ok(frame.kind === 'plain')
  assert.equal(frame.name, 'health')
})

const broken: Record<string, unknown> = {
  'no map': [1, 2, 3],
  'no kind': { v: 1 },
  'another version': { ...pictureBody({ ids: [1] }), v: 2 },
  'a column is missing': { ...pictureBody({ ids: [1] }), lat: undefined },
  'a column is no bytes': { ...pictureBody({ ids: [1] }), lat: [1.5] },
  'a column is too short': { ...pictureBody({ ids: [1, 2] }), lat: new Uint8Array(8) },
  'half a number': { ...pictureBody({ ids: [1] }), alt: new Uint8Array(3) },
  'no count': { ...pictureBody({ ids: [1] }), n: -1 },
  'no time': { ...pictureBody({ ids: [1] }), time: Number.NaN },
}
for (const [name, body] of Object.entries(broken)) {
  void test(`refused with its reason: ${name}`, () => {
    assert.throws(() => readFrame(encode(body)), FrameError)
  })
}

void test('any bytes at all are refused or read, never anything else', () => {
  const whole = encode(pictureBody({ ids: [1, 2, 3] }))
  let seed = 7
  const chance = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647
  for (let i = 0; i < 2000; i++) {
    const bytes = whole.slice(0, Math.floor(chance() * (whole.length + 1)))
    for (let k = 0; k < 3; k++) bytes[Math.floor(chance() * bytes.length)] = Math.floor(chance() * 256)
    try {
      readFrame(bytes)
    } catch (error) {
      assert.ok(error instanceof FrameError, String(error))
    }
  }
})

void test('empty columns have every name', () => {
  assert.deepEqual(Object.keys(emptyColumns(4)), COLUMN_NAMES)
  assert.equal(picture({ ids: [] }).n, 0)
})
