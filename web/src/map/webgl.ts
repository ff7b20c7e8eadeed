/** True where the map can be drawn at all. */
export function canDraw(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null
  } catch {
    return false
  }
}

type Check = 'webgl2' | 'webgl1' | 'renderer' | 'texture' | 'draws' | 'workers'

/** What a person, or who helps them, needs to know to mend a map that does not come. */
export function examine(): [Check, boolean | string][] {
  const two = context('webgl2') as WebGL2RenderingContext | null
  const found: [Check, boolean | string][] = [
    ['webgl2', two !== null],
    ['webgl1', context('webgl') !== null],
    ['workers', typeof Worker === 'function'],
  ]
  if (two === null) return found
  found.push(['renderer', String(two.getParameter(two.RENDERER))])
  found.push(['texture', `${String(two.getParameter(two.MAX_TEXTURE_SIZE))} px`])
  found.push(['draws', draws(two)])
  two.getExtension('WEBGL_lose_context')?.loseContext()
  return found
}

function context(kind: 'webgl' | 'webgl2'): RenderingContext | null {
  try {
    return document.createElement('canvas').getContext(kind)
  } catch {
    return null
  }
}

/** Does a colour that is put into the picture come out of it? A driver may promise everything and draw nothing. */
function draws(gl: WebGL2RenderingContext): boolean {
  gl.clearColor(1, 0, 0, 1)
  gl.clear(gl.COLOR_BUFFER_BIT)
  const pixel = new Uint8Array(4)
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
  return pixel[0] === 255 && gl.getError() === gl.NO_ERROR
}
