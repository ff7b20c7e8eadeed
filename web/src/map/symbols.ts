import type { ColorMode } from 'milsymbol'
import { ms, numberair, numberairmissile } from 'milsymbol/parts'
import { marks, strokes } from './colours.ts'

/** Pixels of one symbol in the atlas: drawn at twice its largest size on the screen, so that it stays sharp. */
export const CELL = 64
const ACROSS = 16
const DRAWN = 42

/** Everything is unknown until a named person says otherwise: no class and no rule makes a track hostile. */
export const AFFILIATIONS = ['unknown', 'friend', 'neutral', 'suspect', 'hostile'] as const
export type Affiliation = (typeof AFFILIATIONS)[number]
/** 2525D/E standard identity digit. */
const IDENTITY: Record<Affiliation, string> = { unknown: '1', friend: '3', neutral: '4', suspect: '5', hostile: '6' }
const PENDING = '0'

/** Symbol set, entity and first modifier of MIL-STD-2525D/E for the classes of models/classes.toml, by name. */
const ENTITY: Record<string, { set: string; entity: string; heavy: boolean }> = {
  unknown: { set: '01', entity: '000000', heavy: false },
  bird: { set: '01', entity: '000000', heavy: false },
  multirotor: { set: '01', entity: '110400', heavy: true },
  'small fixed-wing drone': { set: '01', entity: '110300', heavy: true },
  'one-way-attack drone': { set: '01', entity: '110300', heavy: true },
  'cruise missile': { set: '02', entity: '110000', heavy: true },
  'ballistic rocket': { set: '02', entity: '110000', heavy: true },
  'artillery or mortar round': { set: '01', entity: '130100', heavy: true },
  helicopter: { set: '01', entity: '110200', heavy: false },
  'light aircraft': { set: '01', entity: '120100', heavy: false },
  airliner: { set: '01', entity: '120100', heavy: false },
  'fast jet': { set: '01', entity: '110104', heavy: false },
}
const GENERIC = { set: '01', entity: '000000', heavy: false }

/** What a person's mark means for the frame's shape and colour; words that we do not know stay unknown. */
export function affiliationOf(mark: string): Affiliation {
  const word = mark.trim().toLowerCase().replace('assumed ', '')
  return AFFILIATIONS.find((known) => known === word) ?? 'unknown'
}

ms.addIcons(numberair)
ms.addIcons(numberairmissile)
// Drawn small, the standard's fine dashes would look like a full line; and they are drawn in its "off-white".
ms.setDashArrays('22,18', '22,18', '22,18')

/** The standard's colours are replaced by the theme's, whenever that changes. */
function setColours(): void {
  ms.setColorMode('OffWhite', {
    Civilian: css('unknown'),
    Friend: css('friend'),
    Hostile: css('hostile'),
    Neutral: css('neutral'),
    Unknown: css('unknown'),
    Suspect: css('suspect'),
  })
}
setColours()

function css(affiliation: Affiliation): string {
  const [r, g, b] = marks[affiliation]
  return `rgb(${r},${g},${b})`
}

/** All symbols that were needed so far, in one picture; each is drawn once. `version` counts what was added. */
export class SymbolAtlas {
  canvas: HTMLCanvasElement
  version = 0
  private cells = new Map<string, number>()

  constructor() {
    this.canvas = blank(CELL)
  }

  /** Forgets every symbol: the colours have changed. */
  reset(): void {
    setColours()
    this.cells.clear()
    this.canvas = blank(CELL)
    this.version += 1
  }

  /** x, y of the symbol's cell, in pixels of the atlas. */
  cell(className: string, affiliation: Affiliation, state: number): readonly [number, number] {
    const key = `${className}/${affiliation}/${state}`
    let index = this.cells.get(key)
    if (index === undefined) {
      index = this.cells.size
      this.cells.set(key, index)
      this.draw(index, className, affiliation, state)
    }
    return [(index % ACROSS) * CELL, Math.floor(index / ACROSS) * CELL]
  }

  /** The same symbol as a picture of its own, for the table and the details. */
  picture(className: string, affiliation: Affiliation, state: number, size: number): HTMLCanvasElement {
    const [x, y] = this.cell(className, affiliation, state)
    const picture = document.createElement('canvas')
    picture.width = picture.height = size
    picture.getContext('2d')?.drawImage(this.canvas, x, y, CELL, CELL, 0, 0, size, size)
    return picture
  }

  private draw(index: number, className: string, affiliation: Affiliation, state: number): void {
    const rows = Math.ceil((index + 1) / ACROSS)
    // A canvas once given to the GPU is not looked at again: what is added goes into a new one.
    const next = blank(rows * CELL)
    const pen = next.getContext('2d')
    if (pen === null) return
    pen.drawImage(this.canvas, 0, 0)
    const symbol = render(className, affiliation, state)
    const { width, height } = symbol
    const scale = Math.min(1, (CELL - 2) / Math.max(width, height))
    const x = (index % ACROSS) * CELL + (CELL - width * scale) / 2
    const y = Math.floor(index / ACROSS) * CELL + (CELL - height * scale) / 2
    pen.drawImage(symbol, x, y, width * scale, height * scale)
    this.canvas = next
    this.version += 1
  }
}

function blank(height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = ACROSS * CELL
  canvas.height = height
  return canvas
}

const TENTATIVE = 0
const CONFIRMED = 1

function render(className: string, affiliation: Affiliation, state: number): HTMLCanvasElement {
  const { set, entity, heavy } = ENTITY[className] ?? GENERIC
  const identity = state === TENTATIVE && affiliation === 'unknown' ? PENDING : IDENTITY[affiliation]
  // Status 1 (anticipated) draws the frame dashed: the track is coasting, it was not seen when it should have been.
  const status = state === CONFIRMED || state === TENTATIVE ? '0' : '1'
  const colour = css(affiliation)
  const ground = `rgb(${strokes.ground.join(',')})`
  const filled = heavy && state === CONFIRMED
  const symbol = new ms.Symbol(`100${identity}${set}${status}000${entity}0000`, {
    size: DRAWN,
    infoFields: false,
    fill: true,
    fillColor: filled ? colour : `rgba(${strokes.ground.join(',')},0.72)`,
    // Under dashes the frame itself is dark: only the dashes show.
    frameColor: every(state === CONFIRMED ? colour : ground),
    civilianColor: false,
    iconColor: every(filled ? ground : colour),
    outlineColor: ground,
    outlineWidth: filled ? 3 : 2,
    strokeWidth: 5,
  })
  const canvas = symbol.asCanvas()
  if (className === 'bird') drawBird(canvas, colour)
  return canvas
}

/** The standard knows no birds: two wings in the empty frame. */
function drawBird(canvas: HTMLCanvasElement, colour: string): void {
  const pen = canvas.getContext('2d')
  if (pen === null) return
  const [x, y, wing] = [canvas.width / 2, canvas.height * 0.58, canvas.width * 0.17]
  pen.strokeStyle = colour
  pen.lineWidth = 2.6
  pen.lineCap = 'round'
  pen.beginPath()
  pen.arc(x - wing / 1.15, y + wing * 0.3, wing, 1.15 * Math.PI, 1.85 * Math.PI)
  pen.moveTo(x + 0.05 * wing, y - 0.15 * wing)
  pen.arc(x + wing / 1.15, y + wing * 0.3, wing, 1.15 * Math.PI, 1.85 * Math.PI)
  pen.stroke()
}

function every(colour: string): ColorMode {
  return { Civilian: colour, Friend: colour, Hostile: colour, Neutral: colour, Unknown: colour, Suspect: colour }
}

/** One for the page: the map, the details and the explanation show the same symbols. */
export const atlas = new SymbolAtlas()
