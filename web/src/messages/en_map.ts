/** What is written on the map and of it, in English. */
export const drawn = {
  symbols: 'Symbols',
  standard: 'MIL-STD-2525 frames',
  plain: 'plain shapes',
  north: 'N',
  nobody: 'nobody sees at this height',
  ends: 'Falls, launches, origins',
  ahead: (minutes: number) => `${minutes} min`,
  flyingOn: (minutes: number) => `${minutes} min if it flies on`,
  fall: (minutes: string) => `fall ${minutes}`,
  launch: 'launched from here',
  origin: 'came from here',
  overload: (skipped: string) => `This screen does not keep up. Left out: ${skipped}`,
  /** In this order layers are left out when the screen does not keep up. */
  sheds: { names: 'labels of the harmless', ellipses: 'ellipses', trails: 'trails', leaders: 'leaders' },
  lost: 'the graphics driver took the drawing surface away; the map comes back when it is given again',
  region: {
    broken: (why: string) => `${why}. Is the file whole? Make it again, or take [map] out of the site file`,
    kind: (kind: string) => `its tiles are ${kind}; this page draws vector tiles (MVT), PNG, JPEG, WebP and AVIF`,
    empty: 'its list of layers is empty; a vector archive needs "vector_layers" in its metadata',
  },
}
