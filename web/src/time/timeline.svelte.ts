import { type Health, readHealth } from '../live/board.ts'
import type { Feed } from '../live/feed.svelte.ts'
import { FrameError, isRecord, readFrame } from '../live/frames.ts'
import { type Said, readSaid } from '../live/said.ts'
import { Tracks } from '../live/tracks.ts'
import { m } from '../messages/index.ts'
import { type Outcome, getBytes, getJson, send } from '../session/http.ts'

export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 30, 60] as const
export const STEP_S = 10
/** A view of the past asks for so many pictures a second at most: each is made from the ledger. */
const ASK_MS = 500

/** Where in time the screen is. Live follows the server; past shows what the ledger holds, as it was known then. */
export class Timeline {
  past = $state(false)
  /** The moment shown in the past, and the one asked for (a slider runs ahead of its answers). */
  time = $state(0)
  wanted = $state(0)
  playing = $state(false)
  speed = $state(1)
  asking = $state(false)
  trouble = $state('')
  /** What happened at the moment that was jumped to. */
  happened = $state('')
  /** True: the past as it is known now. */
  later = $state(false)
  /** Why the server would not pause or change its speed; empty when it did. */
  refused = $state('')
  first = $state(0)
  last = $state(0)
  readonly tracks = new Tracks()
  /** How places stood and what was said at that moment, as it was decided then; null: not known (yet). */
  health = $state.raw<Health | null>(null)
  said = $state.raw<Said | null>(null)
  private readonly feed: Feed
  private timer: ReturnType<typeof setInterval> | undefined
  private lastStep = 0
  private readonly onShown: () => void

  constructor(feed: Feed, onShown: () => void) {
    this.feed = feed
    this.onShown = onShown
  }

  /** The span that the ledger holds; asked again now and then, because it grows. */
  async bounds(): Promise<void> {
    if (this.feed.version === 0) return
    const outcome = await getJson('/api/ledger')
    if (!outcome.ok) return
    const { first, last } = outcome.value
    if (typeof first === 'number' && typeof last === 'number') {
      this.first = first
      this.last = last
    }
  }

  /** Leaves live (or moves within the past). The live picture goes on behind, so that coming back shows it at once. */
  goto(time: number): void {
    if (!this.past) {
      this.past = true
      this.tracks.clear()
      this.health = null
      this.said = null
      this.timer = setInterval(() => {
        this.play()
      }, ASK_MS)
      this.lastStep = performance.now()
    }
    this.happened = ''
    this.wanted = Math.max(this.first, Math.min(time, this.end()))
    void this.ask()
  }

  backToLive(): void {
    this.past = false
    this.playing = false
    this.trouble = ''
    clearInterval(this.timer)
    this.onShown()
  }

  /** The newest moment that can be shown. */
  end(): number {
    return Math.max(this.last, this.feed.time)
  }

  /** A step from where the slider stands, which may be ahead of what is shown. */
  step(seconds: number): void {
    this.goto((this.past ? this.wanted : this.feed.time) + seconds)
  }

  /** To the next event (1) or the one before (-1): a stage, a launch, a sensor that fell silent, an order. */
  async event(way: 1 | -1): Promise<void> {
    const from = this.past ? this.wanted : this.feed.time
    const outcome = await getJson(`/api/events?time=${from}&way=${way}`)
    if (outcome.ok && typeof outcome.value.time === 'number') {
      this.goto(outcome.value.time)
      this.happened = typeof outcome.value.text === 'string' ? outcome.value.text : ''
    } else this.trouble = outcome.ok ? m.time.noEvent : outcome.why || m.time.noEvent
  }

  /** Which knowledge of a past moment is shown: what was known then, or with all that came later. */
  async know(later: boolean): Promise<void> {
    this.later = later
    if (this.past) await this.ask(true)
  }

  /** The time on the clock of this screen. */
  now(): number {
    return this.past ? this.time || this.wanted : this.feed.time
  }

  /** Space. Live pictures of a running watch cannot be stopped, only looked at later: pausing them opens the past. */
  async pause(): Promise<void> {
    if (this.past) this.playing = !this.playing
    else if (this.controllable()) await this.control({ action: this.paused ? 'resume' : 'pause' })
    else this.goto(this.feed.time)
  }

  async setSpeed(speed: number): Promise<void> {
    this.speed = speed
    if (!this.past && this.controllable()) await this.control({ action: 'speed', value: speed })
  }

  /** A played recording stands still: the server says the speed 0. */
  get paused(): boolean {
    return this.feed.version > 0 && this.feed.speed === 0
  }

  private async control(body: object): Promise<void> {
    const outcome = await send('POST', '/api/control', body)
    this.refused = outcome.ok ? '' : outcome.why || m.time.notHere
  }

  controllable(): boolean {
    return this.feed.site?.mode === 'demo' || this.feed.site?.mode === 'replay'
  }

  private play(): void {
    const now = performance.now()
    const passed = (now - this.lastStep) / 1000
    this.lastStep = now
    if (!this.playing || this.asking) return
    const next = this.wanted + passed * this.speed
    if (next >= this.end()) this.backToLive()
    else this.goto(next)
  }

  private async ask(anew = false): Promise<void> {
    if (this.asking && !anew) return
    this.asking = true
    let asked: number
    do {
      asked = this.wanted
      const [picture, stood] = await Promise.all([
        getBytes(`/api/at?time=${asked}${this.later ? '&known=now' : ''}`),
        getJson(`/api/stood?time=${asked}`),
      ])
      this.stand(stood)
      this.show(picture)
    } while (asked !== this.wanted && this.past)
    this.asking = false
  }

  private stand(outcome: Outcome<Record<string, unknown>>): void {
    const { health, alerts } = outcome.ok ? outcome.value : {}
    this.health = isRecord(health) ? readHealth(health) : null
    this.said = isRecord(alerts) ? readSaid(alerts) : null
  }

  private show(outcome: Outcome<ArrayBuffer>): void {
    if (!this.past) return
    if (!outcome.ok) {
      this.trouble = outcome.why || `HTTP ${outcome.status}`
      return
    }
    try {
      const frame = readFrame(outcome.value)
      if (frame.kind === 'plain') throw new FrameError('not a picture', frame.name)
      this.tracks.name(this.feed.tracks.classes, this.feed.tracks.sensors)
      this.tracks.apply(frame)
      this.time = frame.time
      this.trouble = ''
      this.onShown()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.trouble = error.message
    }
  }
}
