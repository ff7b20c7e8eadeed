/** What milsymbol's own types leave out: its parts, for those who need a few of its symbols (vite.config.ts). */
declare module 'milsymbol/parts' {
  import type whole from 'milsymbol'

  type Icons = (...given: never[]) => unknown
  export const ms: typeof whole & { addIcons(icons: Icons): unknown; Path2D?: unknown }
  export const numberair: Icons
  export const numberairmissile: Icons
}
