import { type Messages, en } from './en.ts'

/** The texts of the page. A second language is a file beside en.ts and a line here. */
export const m: Messages = en
