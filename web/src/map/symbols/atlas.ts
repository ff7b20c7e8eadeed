import type { Affiliation } from './affiliations.ts'
import { CELL, plain } from './plain.ts'
import { setColours, standard } from './standard.ts'

const ACROSS = 16
/** Frames as in MIL-STD-2525, or plain shapes for people who never learnt them. */
export type SymbolSet = 'standard' | 'plain'

/** All symbols that were needed so far, in one picture; each is drawn once. `version` counts what was added. */
export class SymbolAtlas {
  canvas: HTMLCanvasElement
  version = 0
  set: SymbolSet = 'standard'
  private cells = new Map<string, number>()

  constructor() {
    this.canvas = blank(CELL)
  }

  /** Forgets every symbol: the colours have changed, or another set was picked. */
  reset(set: SymbolSet): void {
    this.set = set
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
    const symbol = this.set === 'plain' ? plain(className, affiliation, state) : standard(className, affiliation, state)
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

/** One for the page: the map, the details and the explanation show the same symbols. */
export const atlas = new SymbolAtlas()
