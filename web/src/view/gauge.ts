const KEPT = 300

/** How much JavaScript a picture costs here: reading it, sorting it out, handing it to the GPU. Milliseconds. */
class Gauge {
  private readonly kept = new Float64Array(KEPT)
  private n = 0

  add(milliseconds: number): void {
    this.kept[this.n % KEPT] = milliseconds
    this.n += 1
  }

  get count(): number {
    return this.n
  }

  /** 95 of 100 were below; 0 before the first. */
  p95(): number {
    const used = Array.from(this.kept.subarray(0, Math.min(this.n, KEPT))).sort((a, b) => a - b)
    return used[Math.floor(0.95 * (used.length - 1))] ?? 0
  }
}

export const readWork = new Gauge()
export const drawWork = new Gauge()

/** Written where anybody can read it, a test as well as a person with the browser's inspector. */
export function publish(values: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(values)) document.body.dataset[name] = String(value)
}
