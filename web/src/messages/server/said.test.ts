import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Translator } from './said.ts'
import { SENTENCES } from './sentences.ts'
import { uk } from './uk.ts'

const CLASSES: Record<string, string> = { 'one-way-attack drone': 'ударний дрон', 'cruise missile': 'крилата ракета' }
const translator = new Translator(uk, (one) => CLASSES[one])
const holes = (text: string): string[] => [...text.matchAll(/\{(\d)\}/g)].map(([hole]) => hole).sort()

void test('no translation fills in what the sentence does not, and none is empty', () => {
  for (const key of SENTENCES) {
    const own = new Set(holes(key))
    assert.ok(uk[key] !== '', key)
    for (const hole of holes(uk[key])) assert.ok(own.has(hole), `${hole} of: ${uk[key]}`)
  }
})
void test('the holes of a sentence are numbered as they come', () => {
  for (const key of SENTENCES) {
    const found = [...key.matchAll(/\{(\d)\}/g)].map(([, n]) => Number(n))
    assert.deepEqual(
      found,
      found.map((_n, i) => i + 1),
      key,
    )
  }
})
void test('every sentence is found again with its holes filled', () => {
  for (const key of SENTENCES) {
    const told = translator.of(key.replace(/\{(\d)\}/g, '7$1'))
    assert.equal(told, uk[key].replace(/\{(\d)\}/g, '7$1'), key)
  }
})
void test('why a place is seen as it is, clause by clause', () => {
  const told = translator.of(
    '9 of 12 approaches clear of drones and missiles; nobody looks at: N, NNE; partly behind the horizon, the ground or a field of view: stretch 2, 3; silent: Radar Cape',
  )
  assert.equal(
    told,
    '9 з 12 підходів чисті від дронів і ракет; ніхто не дивиться: Пн, Пн-Пн-Сх; частково за обрієм, рельєфом чи поза полем зору: ділянка 2, 3; мовчать: Radar Cape',
  )
})
void test('a change of stage, with who comes', () => {
  const told = translator.of(
    'watch -> warning; P(entry in time) >= 0.5: one-way-attack drone 12, cruise missile 13 (lost); first entry likely in 60 s',
  )
  assert.equal(
    told,
    'увага → тривога; P(entry in time) >= 0.5: ударний дрон 12, крилата ракета 13 (втрачено); перший вхід імовірно через 60 с',
  )
})
void test('a refusal keeps the names and numbers in it', () => {
  assert.equal(
    translator.of("'ann' is not named for 'plant'; these are: ben, kim"),
    "'ann' не призначено для 'plant'; призначено: ben, kim",
  )
  assert.equal(
    translator.of('track 7 was bird when you looked and is cruise missile now: look again, then give the order anew'),
    'ціль 7: була bird, коли ви дивилися, тепер крилата ракета: подивіться й віддайте наказ знову',
  )
})
void test('what nobody foresaw stays as it came', () => {
  const odd = 'the cable was eaten. Replace it: twice, perhaps; or not'
  assert.equal(translator.of(odd), odd)
})
