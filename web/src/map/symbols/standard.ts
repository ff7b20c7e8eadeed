import type { ColorMode } from 'milsymbol'
import { ms, numberair, numberairmissile } from 'milsymbol/parts'
import { strokes } from '../colours.ts'
import { type Affiliation, CONFIRMED, TENTATIVE, css } from './affiliations.ts'

const DRAWN = 42

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

ms.addIcons(numberair)
ms.addIcons(numberairmissile)
// Drawn small, the standard's fine dashes would look like a full line; and they are drawn in its "off-white".
ms.setDashArrays('22,18', '22,18', '22,18')

/** The standard's colours are replaced by the theme's, whenever that changes. */
export function setColours(): void {
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

/** A symbol of MIL-STD-2525D/E (APP-6): the frame's shape tells the affiliation, its dashes that the track was not seen. */
export function standard(className: string, affiliation: Affiliation, state: number): HTMLCanvasElement {
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
