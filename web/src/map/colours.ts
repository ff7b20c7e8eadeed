/**
 * The map's colours, night first. Chosen to stay apart for the common kinds of colour blindness (after Okabe and Ito; the
 * test beside this file proves it), and never alone: shape, dash or hatch says the same thing.
 */
export interface Palette {
  sea: string
  land: string
  coast: string
  border: string
  river: string
  label: string
  labelDim: string
  halo: string
  sensor: string
  seen: string
  partly: string
  blind: string
  watch: string
  warning: string
  underWay: string
  /** What other authorities say. */
  other: string
}
export type Rgb = readonly [number, number, number]
export type Marks = Record<'unknown' | 'friend' | 'neutral' | 'suspect' | 'hostile', Rgb>
export interface Strokes {
  trail: Rgb
  leader: Rgb
  chosen: Rgb
  words: Rgb
  ground: Rgb
}

export const NIGHT_PALETTE: Palette = {
  sea: '#0a1016',
  land: '#161e27',
  coast: '#35465a',
  border: '#33404e',
  river: '#24465c',
  label: '#b9c6d3',
  labelDim: '#7f8fa0',
  halo: '#0a1016',
  sensor: '#7fa6c9',
  seen: '#5fb3a1',
  partly: '#e0a63c',
  blind: '#c89bd6',
  watch: '#e0a63c',
  warning: '#ff9a3c',
  underWay: '#ff735f',
  other: '#8fa6e8',
}
export const DAY_PALETTE: Palette = {
  sea: '#dfe7ee',
  land: '#f4f2ec',
  coast: '#8a9aa8',
  border: '#a3a9ad',
  river: '#6b9fc0',
  label: '#1c2a36',
  labelDim: '#4b5b68',
  halo: '#ffffff',
  sensor: '#2c5f8c',
  seen: '#0b6b58',
  partly: '#a85c00',
  blind: '#6c3a80',
  watch: '#a85c00',
  warning: '#c65200',
  underWay: '#b3261e',
  other: '#3b4fa0',
}
export const NIGHT_MARKS: Marks = {
  unknown: [240, 228, 120],
  friend: [110, 185, 240],
  neutral: [120, 210, 150],
  suspect: [240, 165, 70],
  hostile: [255, 115, 95],
}
export const DAY_MARKS: Marks = {
  unknown: [150, 125, 0],
  friend: [0, 92, 158],
  neutral: [0, 110, 62],
  suspect: [176, 88, 0],
  hostile: [150, 16, 24],
}
const NIGHT_STROKES: Strokes = {
  trail: [96, 148, 196],
  leader: [225, 232, 240],
  chosen: [255, 255, 255],
  words: [205, 214, 224],
  ground: [10, 16, 22],
}
const DAY_STROKES: Strokes = {
  trail: [52, 104, 156],
  leader: [40, 52, 64],
  chosen: [0, 0, 0],
  words: [20, 32, 43],
  ground: [255, 255, 255],
}

/** What is in use now; whoever draws reads it when drawing. A change of theme makes the map anew. */
export const paint = { ...NIGHT_PALETTE }
export const marks: Marks = { ...NIGHT_MARKS }
export const strokes: Strokes = { ...NIGHT_STROKES }

export type Theme = 'night' | 'day'

export function useTheme(theme: Theme): void {
  const day = theme === 'day'
  Object.assign(paint, day ? DAY_PALETTE : NIGHT_PALETTE)
  Object.assign(marks, day ? DAY_MARKS : NIGHT_MARKS)
  Object.assign(strokes, day ? DAY_STROKES : NIGHT_STROKES)
}
