import { type Messages, en } from './en.ts'
import { Translator } from './server/said.ts'
import { uk } from './uk.ts'

/** A third language is a file beside these and a line here. */
const TABLES: Record<string, readonly [name: string, messages: Messages]> = {
  en: ['English', en],
  uk: ['Українська', uk],
}
const KEY = 'tocsin.language.1'

export const LANGUAGES: readonly (readonly [code: string, name: string])[] = Object.entries(TABLES).map(
  ([code, [name]]) => [code, name] as const,
)

/** The language of the page: what was picked here, else what the browser asks for, else English. */
export const language = wished().find((code) => code in TABLES) ?? 'en'

/** The texts of the page. */
export const m: Messages = TABLES[language]?.[1] ?? en

const translator = new Translator(m.server, (one) => m.classes[one]?.[0])

/** What the server said, in the language of the page. */
export const spoken = (text: string): string => (m === en ? text : translator.of(text))

if (typeof document !== 'undefined') document.documentElement.lang = language

function wished(): string[] {
  try {
    const kept = localStorage.getItem(KEY)
    return [...(kept === null ? [] : [kept]), ...navigator.languages.map((one) => one.slice(0, 2))]
  } catch {
    return []
  }
}

/** Another language from now on. The page begins anew in it, signed in as before and at the same view. */
export function speak(code: string): void {
  try {
    localStorage.setItem(KEY, code)
  } catch {
    return
  }
  location.reload()
}
