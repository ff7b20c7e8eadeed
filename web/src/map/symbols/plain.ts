import { strokes } from '../colours.ts'
import { type Affiliation, CONFIRMED, css } from './affiliations.ts'

/** Pixels of one symbol in the atlas: drawn at twice its largest size on the screen, so that it stays sharp. */
export const CELL = 64

type Shape = (path: Path2D) => void
interface Look {
  shape: Shape
  /** Filled: it may be dangerous. */
  heavy: boolean
  /** Has a nose: it is turned to where it flies. */
  nose: boolean
}

/** A closed outline by its right half, from nose to tail, in a cell of -10 to 10: the left half mirrors it. */
function mirrored(...right: readonly (readonly [number, number])[]): Shape {
  return (path) => {
    for (const [i, [x, y]] of right.entries()) {
      if (i === 0) path.moveTo(x, y)
      else path.lineTo(x, y)
    }
    for (const [x, y] of right.toReversed()) path.lineTo(-x, y)
    path.closePath()
  }
}
const disc = (path: Path2D, x: number, y: number, r: number): void => {
  path.moveTo(x + r, y)
  path.arc(x, y, r, 0, 2 * Math.PI)
}

const airliner = mirrored(
  [0, -10],
  [1.5, -8],
  [1.5, -3],
  [9.5, 2.5],
  [9.5, 4.5],
  [1.5, 2],
  [1.2, 6.5],
  [4, 8.7],
  [4, 10],
  [0, 9],
)
const light = mirrored(
  [0, -7.5],
  [1.3, -6],
  [1.3, -3.5],
  [9, -3.2],
  [9, -0.6],
  [1.3, 0],
  [0.8, 5.5],
  [3.6, 6],
  [3.6, 7.6],
  [0, 7.8],
)
const jet = mirrored([0, -10], [1.4, -5], [2, -1], [8, 5], [8, 7], [2, 5.6], [3.6, 9], [0, 8])
const delta = mirrored([0, -8.5], [2, -5], [8.5, 5.5], [8.5, 8], [0, 6.2])
const missile = mirrored(
  [0, -10],
  [1.6, -7.5],
  [1.6, -1],
  [6, 0.5],
  [6, 2.5],
  [1.6, 2.2],
  [1.6, 6],
  [4, 8],
  [4, 9.8],
  [0, 9.5],
)
const rocket = mirrored([0, -10], [2.4, -5.5], [2.4, 4], [5.5, 8.5], [5.5, 10], [0, 8.6])
const shell = mirrored([0, -6], [2.4, -2], [2.4, 6], [0, 6])
const smallDrone = mirrored([0, -6], [1.2, -4], [9, -1.5], [9, 1], [1.2, 1], [1, 5], [3, 6.5], [3, 7.5], [0, 7.2])
const bird = mirrored([0, -1], [3, -4.2], [8.6, -2.6], [4, -1.6], [0, 3.2])

function multirotor(path: Path2D): void {
  for (const [x, y] of [
    [5.6, -5.6],
    [5.6, 5.6],
    [-5.6, 5.6],
    [-5.6, -5.6],
  ] as const)
    disc(path, x, y, 3.4)
  path.rect(-2.6, -2.6, 5.2, 5.2)
}

function helicopter(path: Path2D): void {
  mirrored([0, -6.5], [2.4, -4.5], [2.4, 0.5], [0.9, 3], [0.9, 8], [2.8, 8.4], [2.8, 9.8], [0, 9.8])(path)
  for (const turn of [Math.PI / 4, -Math.PI / 4]) {
    const [c, s] = [Math.cos(turn), Math.sin(turn)]
    const corner = (x: number, y: number): [number, number] => [x * c - y * s, x * s + y * c - 2]
    path.moveTo(...corner(-9, -0.7))
    path.lineTo(...corner(9, -0.7))
    path.lineTo(...corner(9, 0.7))
    path.lineTo(...corner(-9, 0.7))
    path.closePath()
  }
}

const LOOKS: Record<string, Look> = {
  bird: { shape: bird, heavy: false, nose: true },
  multirotor: { shape: multirotor, heavy: true, nose: false },
  'small fixed-wing drone': { shape: smallDrone, heavy: true, nose: true },
  'one-way-attack drone': { shape: delta, heavy: true, nose: true },
  'cruise missile': { shape: missile, heavy: true, nose: true },
  'ballistic rocket': { shape: rocket, heavy: true, nose: true },
  'artillery or mortar round': { shape: shell, heavy: true, nose: true },
  helicopter: { shape: helicopter, heavy: false, nose: true },
  'light aircraft': { shape: light, heavy: false, nose: true },
  airliner: { shape: airliner, heavy: false, nose: true },
  'fast jet': { shape: jet, heavy: false, nose: true },
}
const UNKNOWN: Look = {
  shape: (path) => {
    disc(path, 0, 0, 4.6)
  },
  heavy: false,
  nose: false,
}

/** True where the shape of a class points to where it flies. */
export function hasNose(className: string): boolean {
  return (LOOKS[className] ?? UNKNOWN).nose
}

/** Rings tell what a person has marked: they look the same however the shape is turned, and each differs without colour. */
const RINGS: Record<Affiliation, { width: number; dash: number[] } | null> = {
  unknown: null,
  friend: { width: 2, dash: [] },
  neutral: { width: 2.4, dash: [2.4, 5] },
  suspect: { width: 2.4, dash: [10, 6] },
  hostile: { width: 5, dash: [] },
}

/** A plain symbol: the shape tells the class, the fill that it may be dangerous, dashes that it was not seen just now. */
export function plain(className: string, affiliation: Affiliation, state: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = CELL
  const pen = canvas.getContext('2d')
  if (pen === null) return canvas
  const look = LOOKS[className] ?? UNKNOWN
  const colour = css(affiliation)
  const ground = `rgb(${strokes.ground.join(',')})`
  const ring = RINGS[affiliation]
  pen.translate(CELL / 2, CELL / 2)
  if (ring !== null) {
    pen.strokeStyle = colour
    pen.lineWidth = ring.width
    pen.setLineDash(ring.dash)
    pen.beginPath()
    pen.arc(0, 0, CELL / 2 - 4, 0, 2 * Math.PI)
    pen.stroke()
  }
  const scale = ring === null ? 2.7 : 2.1
  pen.scale(scale, scale)
  const path = new Path2D()
  look.shape(path)
  pen.lineJoin = 'round'
  pen.setLineDash([])
  // A dark edge keeps it legible over trails and land.
  pen.strokeStyle = ground
  pen.lineWidth = 2.6
  pen.stroke(path)
  const seen = state === CONFIRMED
  pen.fillStyle = look.heavy && seen ? colour : ground
  pen.fill(path)
  pen.strokeStyle = colour
  pen.lineWidth = 1.3
  if (!seen) pen.setLineDash([2.2, 1.8])
  pen.stroke(path)
  return canvas
}
