/**
 * The map's colours, night first. Chosen to stay apart for the common kinds of colour blindness (after Okabe and Ito), and
 * never alone: shape, dash or hatch says the same thing.
 */
export const NIGHT = {
  sea: '#0a1016',
  land: '#161e27',
  coast: '#35465a',
  border: '#33404e',
  river: '#24465c',
  grid: '#141d26',
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
} as const

export type Rgb = readonly [number, number, number]
export const AFFILIATION_RGB = {
  unknown: [240, 228, 120],
  friend: [110, 185, 240],
  neutral: [120, 210, 150],
  suspect: [240, 165, 70],
  hostile: [255, 115, 95],
} as const satisfies Record<string, Rgb>
export const TRAIL_RGB: Rgb = [96, 148, 196]
export const LEADER_RGB: Rgb = [225, 232, 240]
export const CHOSEN_RGB: Rgb = [255, 255, 255]
