import { Asked } from '../office/asked.svelte.ts'
import type { Health } from '../live/board.ts'
import { Feed } from '../live/feed.svelte.ts'
import type { Said } from '../live/said.ts'
import { NO_ROW, type Tracks } from '../live/tracks.ts'
import { Timeline } from '../time/timeline.svelte.ts'
import { focus, picked } from './choices.svelte.ts'
import { REASONS, sift } from './hidden/filters.ts'
import { LATE_S, Overload, type Shed } from './overload/overload.ts'

/** How often lists are sorted and written anew: the map follows every picture, the eye cannot follow a table that does. */
const LISTS_MS = 1_000
const LISTS_LATER_MS = 60

export interface Moment {
  health: Health | null
  time: number
  where: (track: number) => readonly [number, number] | null
}

function at(tracks: Tracks, id: number): readonly [number, number] | null {
  const row = tracks.row(id)
  if (row === NO_ROW) return null
  return [tracks.columns.lon[row] ?? 0, tracks.columns.lat[row] ?? 0]
}

/** One operator's screen: what comes in, where in time it stands, what is hidden and why. */
export class Desk {
  readonly feed: Feed
  readonly timeline: Timeline
  readonly asked = new Asked()
  /** Staff see all; the public sees late and coarsely, and only what was said to it. */
  readonly staff: boolean
  /** By row: 0 drawn, otherwise an index into REASONS; 255 a hole. */
  why = new Uint8Array(0)
  hiddenVersion = 0
  /** How many tracks each reason hides; index 0: drawn. */
  counts = $state.raw<number[]>(REASONS.map(() => 0))
  received = $state(0)
  /** Counts the moments at which lists should be written anew. */
  beat = $state(0)
  readonly overload = new Overload()
  /** How late the map shows what the server sent, seconds; 0 while that is in time. */
  late = $state(0)
  /** What the map leaves out, because this screen does not keep up. */
  skipped = $state.raw<readonly Shed[]>([])
  private listened: (() => void)[] = []
  private lastBeat = 0
  private stops: (() => void)[] = []

  constructor(onLost: () => void, staff: boolean) {
    this.staff = staff
    this.feed = new Feed(onLost, staff)
    this.timeline = new Timeline(this.feed, () => {
      this.look()
    })
  }

  /** An exercise looks, reads and sounds otherwise. */
  get exercise(): boolean {
    return this.feed.said !== null && this.feed.said.status !== 'actual'
  }

  get tracks(): Tracks {
    return this.timeline.past ? this.timeline.tracks : this.feed.tracks
  }

  /** How places and sensors stand, and what is said, at the moment that is shown. */
  get health(): Health | null {
    return this.timeline.past ? this.timeline.health : this.feed.health
  }

  get said(): Said | null {
    return this.timeline.past ? this.timeline.said : this.feed.said
  }

  /** All that it takes to say in words how places stand: at the moment that is shown, or now. */
  moment(live = false): Moment {
    if (live) return { health: this.feed.health, time: this.feed.time, where: (id) => at(this.feed.tracks, id) }
    return { health: this.health, time: this.timeline.now(), where: (id) => this.where(id) }
  }

  start(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.feed.start(`${scheme}://${location.host}/api/live`)
    if (this.staff) this.asked.start()
    this.stops.push(
      this.feed.onPicture(() => {
        if (this.feed.version === 1 && this.staff) void this.timeline.bounds()
        if (!this.timeline.past) this.look(true)
      }),
    )
    const again = setInterval(() => {
      if (this.staff) void this.timeline.bounds()
    }, 30_000)
    this.stops.push(() => {
      clearInterval(again)
    })
  }

  stop(): void {
    for (const stop of this.stops) stop()
    this.timeline.backToLive()
    this.asked.stop()
    this.feed.stop()
  }

  /** Told after each look: for what draws on a canvas. */
  onLook(listener: () => void): void {
    this.listened.push(listener)
  }

  /** Sorts out what is shown, after a picture or after another choice. */
  look(later = false): void {
    const { tracks } = this
    if (this.why.length !== tracks.capacity) this.why = new Uint8Array(tracks.capacity).fill(255)
    const sifted = sift(tracks, picked, focus.search, focus.chosen, this.why)
    if (sifted.changed) this.hiddenVersion += 1
    if (sifted.counts.some((n, i) => n !== this.counts[i])) this.counts = sifted.counts
    this.received = tracks.alive
    const now = performance.now()
    if (now - this.lastBeat >= LISTS_MS || this.timeline.past) {
      this.lastBeat = now
      // In a frame of its own, when nobody waits for it: lists cost as much as drawing.
      if (later && !this.timeline.past) setTimeout(() => (this.beat += 1), LISTS_LATER_MS)
      else this.beat += 1
    }
    for (const listener of this.listened) listener()
  }

  /** The map has drawn a picture, so long after it came in. */
  drawn(now: number, took_ms: number): void {
    const late = this.timeline.past ? 0 : this.feed.delay + took_ms / 1000
    if (late > LATE_S || this.late > 0) this.late = late > LATE_S ? late : 0
    if (this.overload.note(now, late)) this.skipped = this.overload.skipped()
  }

  /** A choice was made: everything that shows it is written at once. */
  refresh(): void {
    this.lastBeat = 0
    this.look()
  }

  choose(id: number | null): void {
    focus.chosen = id
    this.refresh()
  }

  hover(id: number | null): void {
    focus.hovered = id
  }

  /** Shows a place's reasons in the list of places. */
  open(place: string): void {
    focus.place = place
    picked.tab = 'places'
  }

  /** Opens a place's reasons, or closes them. */
  lookAt(place: string | null): void {
    focus.place = focus.place === place ? null : place
  }

  /** Longitude and latitude of a track; null when it is not in the picture. */
  where(id: number): readonly [number, number] | null {
    return at(this.tracks, id)
  }

  row(id: number | null): number {
    return id === null ? NO_ROW : this.tracks.row(id)
  }
}
