/** One past point per track each so many seconds of event time; so many points are kept: ten minutes. */
export const STEP_S = 10
export const STEPS = 60

/**
 * Where every track was, as STEPS + 1 rows of `capacity` points (lon, lat as float32, about 0.2 m at 25 degrees): row 0 is
 * the oldest, row STEPS is now. A segment runs from a point to the same column one row later, so one buffer holds the
 * starts and the ends of all segments. A track without a past has all its old points where it first appeared: segments
 * of no length, which draw nothing.
 */
export class Trails {
  capacity = 0
  points = new Float32Array(0)
  /** Counts changes of more than the newest row: who draws must take the whole buffer again. */
  version = 0
  private lastStep = Number.NaN

  /** Moves the newest row to where the tracks are now and, when a step has passed, all rows one step into the past. */
  advance(time: number, position: Float64Array, used: number): void {
    const step = Math.floor(time / STEP_S)
    const passed = step - this.lastStep
    if (Number.isNaN(this.lastStep)) this.lastStep = step
    else if (passed < 0 || passed > STEPS) this.restart(position, step)
    else if (passed > 0) this.shift(passed, position, step)
    this.points.set(position.subarray(0, 2 * used), this.offset(STEPS))
  }

  /** A new track has no past: all its points lie where it is. */
  begin(row: number, lon: number, lat: number): void {
    for (let step = 0; step <= STEPS; step++) {
      const at = this.offset(step) + 2 * row
      this.points[at] = lon
      this.points[at + 1] = lat
    }
    this.version += 1
  }

  /** Puts points of the past (oldest first) into a track's column; what is before the first stays where the first is. */
  fill(row: number, times: ArrayLike<number>, lon: ArrayLike<number>, lat: ArrayLike<number>): void {
    if (times.length === 0 || Number.isNaN(this.lastStep)) return
    let next = 0
    for (let step = 0; step < STEPS; step++) {
      const time = (this.lastStep - (STEPS - 1 - step)) * STEP_S
      while (next < times.length - 1 && (times[next + 1] ?? Infinity) <= time) next += 1
      const at = this.offset(step) + 2 * row
      this.points[at] = lon[next] ?? 0
      this.points[at + 1] = lat[next] ?? 0
    }
    this.version += 1
  }

  grow(capacity: number): void {
    const grown = new Float32Array((STEPS + 1) * 2 * capacity)
    for (let step = 0; step <= STEPS; step++) {
      const old = this.points.subarray(step * 2 * this.capacity, (step + 1) * 2 * this.capacity)
      grown.set(old, step * 2 * capacity)
    }
    this.capacity = capacity
    this.points = grown
    this.version += 1
  }

  clear(): void {
    this.lastStep = Number.NaN
    this.points.fill(0)
    this.version += 1
  }

  private shift(passed: number, position: Float64Array, step: number): void {
    const width = 2 * this.capacity
    this.points.copyWithin(0, passed * width)
    const before = this.points.slice(STEPS * width, (STEPS + 1) * width)
    // At 60x one frame may pass several steps: the rows between lie on the straight line, as the map shows it.
    for (let k = 1; k < passed; k++) {
      const row = this.points.subarray((STEPS - passed + k) * width, (STEPS - passed + k + 1) * width)
      const part = k / passed
      for (let i = 0; i < width; i++) {
        const from = before[i] ?? 0
        row[i] = from + part * ((position[i] ?? 0) - from)
      }
    }
    this.lastStep = step
    this.version += 1
  }

  private restart(position: Float64Array, step: number): void {
    const now = Float32Array.from(position)
    for (let k = 0; k <= STEPS; k++) this.points.set(now, this.offset(k))
    this.lastStep = step
    this.version += 1
  }

  private offset(step: number): number {
    return step * 2 * this.capacity
  }
}
