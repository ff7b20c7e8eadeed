import type { Map as BaseMap } from 'maplibre-gl'
import { getJson } from '../../session/http.ts'
import { focus, picked } from '../../view/choices.svelte.ts'
import type { Desk } from '../../view/desk.svelte.ts'
import { refill } from '../ground/coast.ts'
import { type Area, drawnAreas, readAreas } from './outlook.ts'

/** The forecast of what endangers something is at hand; that of any other track is thought again from the ledger. */
const EVERY_MS = 2_000
const CHOSEN_EVERY_MS = 8_000

/** Keeps the areas of the forecast on the map. */
export class OutlookWatch {
  private areas: Area[] = []
  private own: Area[] = []
  private asking = false
  private asked = -Infinity
  private askedOwn = -Infinity
  private askedFor: number | null = null
  private askedTime = Number.NaN
  private empty = false
  private ended = false
  private readonly map: BaseMap
  private readonly desk: Desk

  constructor(map: BaseMap, desk: Desk) {
    this.map = map
    this.desk = desk
  }

  /** True where the forecaster's corridor of a track is drawn: nothing simpler is needed. */
  has(track: number | null): boolean {
    return picked.cones && [...this.areas, ...this.own].some((one) => one.kind === 'ahead' && one.track === track)
  }

  /** Once a second, and when a choice has changed. */
  beat(): void {
    if (picked.cones || picked.ends) void this.ask()
    this.draw()
  }

  /** The map is put away: an answer that still comes is of no use. */
  end(): void {
    this.ended = true
  }

  private draw(): void {
    if (this.ended) return
    const all = [...this.areas, ...this.own.filter((one) => one.track === focus.chosen)]
    const wanted = all.filter((one) => (one.kind === 'ahead' ? picked.cones : picked.ends))
    if (wanted.length === 0 && this.empty) return
    this.empty = wanted.length === 0
    const features = drawnAreas(wanted, this.desk.timeline.now(), focus.chosen)
    refill(this.map, 'outlook', { type: 'FeatureCollection', features })
  }

  private async ask(): Promise<void> {
    const now = performance.now()
    const past = this.desk.timeline.past
    const time = past ? this.desk.timeline.now() : Number.NaN
    const moved = past ? time !== this.askedTime : !Number.isNaN(this.askedTime)
    if (this.asking || (now - this.asked < EVERY_MS && !moved) || (past && !moved && focus.chosen === this.askedFor))
      return
    this.asking = true
    this.asked = now
    this.askedTime = time
    const at = past ? `time=${time}` : ''
    const outcome = await getJson(`/api/forecast?${at}`)
    this.areas = outcome.ok ? readAreas(outcome.value) : []
    await this.askOwn(now, at)
    this.asking = false
    this.draw()
  }

  /** Of the chosen track, when nothing is known of it yet. */
  private async askOwn(now: number, at: string): Promise<void> {
    const { chosen } = focus
    const known = this.areas.some((one) => one.track === chosen)
    if (chosen === null || known) {
      this.own = []
      this.askedFor = chosen
      return
    }
    if (chosen === this.askedFor && at === '' && now - this.askedOwn < CHOSEN_EVERY_MS) return
    this.askedFor = chosen
    this.askedOwn = now
    const outcome = await getJson(`/api/forecast?track=${chosen}${at === '' ? '' : `&${at}`}`)
    this.own = outcome.ok ? readAreas(outcome.value) : []
  }
}
