type Point = readonly [number, number]

/** The line that is being measured: none, waiting for its first point, one point, or whole. */
export const measured = $state<{ on: boolean; from: Point | null; to: Point | null }>({
  on: false,
  from: null,
  to: null,
})

/** Begins, or ends, measuring. */
export function startMeasure(): void {
  measured.on = !measured.on
  measured.from = measured.to = null
}

/** A click while measuring. */
export function measurePoint(point: Point): void {
  if (measured.from === null || measured.to !== null) {
    measured.from = point
    measured.to = null
  } else measured.to = point
}
