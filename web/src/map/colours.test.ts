import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MARKS, DAY_PALETTE, type Marks, NIGHT_MARKS, NIGHT_PALETTE, type Palette, type Rgb } from './colours.ts'

// Machado, Oliveira, Fernandes (2009), table 1, severity 1.0: what a person sees who lacks one kind of cone. Linear RGB.
const SIGHTS: Record<string, readonly (readonly [number, number, number])[]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const linear = (value: number): number => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** CIE L*a*b* of a colour as one kind of sight has it. */
function lab(rgb: Rgb, sight: string): [number, number, number] {
  const [r, g, b] = rgb.map(linear) as [number, number, number]
  const seen = (SIGHTS[sight] ?? []).map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b)))
  const [sr, sg, sb] = [seen[0] ?? 0, seen[1] ?? 0, seen[2] ?? 0]
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const x = f((0.4124 * sr + 0.3576 * sg + 0.1805 * sb) / 0.95047)
  const y = f(0.2126 * sr + 0.7152 * sg + 0.0722 * sb)
  const z = f((0.0193 * sr + 0.1192 * sg + 0.9505 * sb) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function apart(a: Rgb, b: Rgb, sight: string): number {
  const [p, q] = [lab(a, sight), lab(b, sight)]
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map(linear) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function hex(text: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb
}

/** A difference that nobody misses between areas side by side (CIE76); 2.3 is the least that can be seen. */
const APART = 10
const pairs = <T>(list: readonly T[]): [T, T][] => list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]))

for (const [theme, marks, palette] of [
  ['night', NIGHT_MARKS, NIGHT_PALETTE],
  ['day', DAY_MARKS, DAY_PALETTE],
] as [string, Marks, Palette][]) {
  for (const sight of Object.keys(SIGHTS)) {
    void test(`${theme}, ${sight}: the affiliations that decide are told apart by colour alone`, () => {
      for (const [a, b] of pairs(['unknown', 'friend', 'hostile'] as const)) {
        assert.ok(
          apart(marks[a], marks[b], sight) >= APART,
          `${a} and ${b}: ${apart(marks[a], marks[b], sight).toFixed(1)}`,
        )
      }
    })
    void test(`${theme}, ${sight}: seen, partly seen and blind are told apart by colour alone`, () => {
      for (const [a, b] of pairs(['seen', 'partly', 'blind'] as const)) {
        const distance = apart(hex(palette[a]), hex(palette[b]), sight)
        assert.ok(distance >= APART, `${a} and ${b}: ${distance.toFixed(1)}`)
      }
    })
  }
  void test(`${theme}: every mark stands out of land and sea by 3 to 1 (WCAG 2.2, 1.4.11)`, () => {
    for (const ground of [hex(palette.land), hex(palette.sea)]) {
      for (const [name, rgb] of Object.entries(marks))
        assert.ok(contrast(rgb, ground) >= 3, `${name}: ${contrast(rgb, ground).toFixed(2)}`)
      for (const name of ['seen', 'partly', 'blind', 'warning', 'underWay', 'sensor', 'other'] as const) {
        assert.ok(
          contrast(hex(palette[name]), ground) >= 3,
          `${name}: ${contrast(hex(palette[name]), ground).toFixed(2)}`,
        )
      }
      assert.ok(contrast(hex(palette.label), ground) >= 4.5)
    }
  })
}
