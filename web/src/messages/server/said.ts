/** A template made ready: what it matches, what it becomes, and how much of it is fixed words. */
interface Form {
  match: RegExp
  into: string
  fixed: number
}

const HOLE = /\{(\d)\}/g
const BETWEEN = ['; ', '. ', ': ', ', '] as const
const NUMBERED = /^(.+) (\d+)$/s
const KEPT = 2_000
const DEPTH = 6

/**
 * What the server said, in the words of a table. A sentence is matched as a whole, else clause by clause; what fills the
 * holes is looked up, too. What is not in the table stays as it came: names, numbers, what people wrote.
 */
export class Translator {
  private readonly whole = new Map<string, string>()
  private readonly forms: Form[]
  private readonly kept = new Map<string, string>()
  private readonly word: (one: string) => string | undefined

  /** `word` knows words that have a table of their own, as classes. */
  constructor(table: Readonly<Record<string, string>>, word: (one: string) => string | undefined = () => undefined) {
    this.word = word
    const rows = Object.entries(table)
    for (const [key, into] of rows) this.whole.set(key, into)
    this.forms = rows
      .filter(([key]) => key.includes('{1}'))
      .map(([key, into]) => ({ match: pattern(key), into, fixed: key.replace(HOLE, '').length }))
      .sort((a, b) => b.fixed - a.fixed)
  }

  of(text: string): string {
    const known = this.kept.get(text)
    if (known !== undefined) return known
    const made = this.translate(text, 0)
    if (this.kept.size >= KEPT) this.kept.clear()
    this.kept.set(text, made)
    return made
  }

  private translate(text: string, depth: number): string {
    const exact = this.whole.get(text) ?? this.word(text)
    if (exact !== undefined) return exact
    if (depth > DEPTH || !text.includes(' ')) return text
    for (const { match, into } of this.forms) {
      const found = match.exec(text)
      if (found !== null)
        return into.replace(HOLE, (_hole, n: string) => this.translate(found[Number(n)] ?? '', depth + 1))
    }
    return this.pieces(text, depth)
  }

  /** Clause by clause; at the end a class and the number of its track. */
  private pieces(text: string, depth: number): string {
    for (const between of BETWEEN) {
      const parts = text.split(between)
      if (parts.length > 1) return parts.map((part) => this.translate(part, depth + 1)).join(between)
    }
    const [, name, number] = NUMBERED.exec(text) ?? []
    return name === undefined ? text : `${this.word(name) ?? name} ${number ?? ''}`
  }
}

function pattern(key: string): RegExp {
  const escaped = key.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(HOLE, '(.+?)')}$`, 's')
}
