/** The lists beside the map. */
export const TABS = ['places', 'tracks', 'alerts', 'health', 'notices'] as const
export type Tab = (typeof TABS)[number]

/** On a phone the lists are a sheet from below. */
export type Sheet = 'closed' | 'half' | 'full'

/** What the menu opens over everything. */
export const SHEETS = ['scores', 'scenes', 'preferences', 'keys', 'welcome'] as const
export type SheetName = (typeof SHEETS)[number]
