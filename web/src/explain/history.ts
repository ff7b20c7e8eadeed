import type { Health } from '../live/board.ts'

const KEPT = 600

/** What the healths of the last ten minutes said, as columns: for charts. Names that appear later begin with nulls. */
export class History {
  readonly times: number[] = []
  private readonly columns = new Map<string, (number | null)[]>()

  add(health: Health): void {
    if (this.times.at(-1) === health.time) return
    // Time was turned back: what came after it is another history.
    if ((this.times.at(-1) ?? 0) > health.time) this.clear()
    this.times.push(health.time)
    for (const [name, value] of [...health.latency, ...health.counters]) this.column(name).push(value)
    for (const column of this.columns.values()) if (column.length < this.times.length) column.push(null)
    if (this.times.length > KEPT) {
      this.times.shift()
      for (const column of this.columns.values()) column.shift()
    }
  }

  names(): string[] {
    return [...this.columns.keys()]
  }

  of(name: string): (number | null)[] {
    return this.columns.get(name) ?? this.times.map(() => null)
  }

  /** How fast a counter grows, per second; null where that is not known. */
  rate(name: string): (number | null)[] {
    const values = this.of(name)
    return values.map((value, i) => {
      const before = values[i - 1]
      const seconds = (this.times[i] ?? 0) - (this.times[i - 1] ?? 0)
      return value === null || before == null || seconds <= 0 ? null : Math.max(0, (value - before) / seconds)
    })
  }

  private column(name: string): (number | null)[] {
    let column = this.columns.get(name)
    if (column === undefined) {
      column = this.times.slice(1).map(() => null)
      this.columns.set(name, column)
    }
    return column
  }

  private clear(): void {
    this.times.length = 0
    this.columns.clear()
  }
}
