import { History } from '../explain/history.ts'
import { readWork } from '../view/gauge.ts'
import { type Health, type Notice, type Site, readHealth, readNotices, readSite } from './board.ts'
import { FrameError, readFrame, type PictureFrame, type PlainFrame } from './frames.ts'
import { getBytes } from '../session/http.ts'
import { type Said, readSaid } from './said.ts'
import { fillTrails } from './past_trails.ts'
import { type Line, LiveSocket } from './socket.ts'
import { Tracks } from './tracks.ts'
import { STEPS, STEP_S } from './trails.ts'

const NOTICES_MAX = 500
/** How long a page waits for a snapshot after a frame was missed before it takes a new connection. */
const SNAPSHOT_WAIT_MS = 2_000
/** Time that goes back by more than this is another time: no two pictures are so much out of order. */
const BACK_S = 5

/**
 * What comes in live. Arrays are not reactive (5,000 rows several times a second); `version` counts pictures, and whoever
 * draws reads `tracks` when it has changed.
 */
export class Feed {
  line = $state<Line>({ state: 'closed' })
  site = $state.raw<Site | null>(null)
  health = $state.raw<Health | null>(null)
  /** Alerts, statements and standing orders; null before the first. */
  said = $state.raw<Said | null>(null)
  notices = $state.raw<Notice[]>([])
  time = $state(0)
  live = $state(true)
  speed = $state(1)
  version = $state(0)
  /** Frames that this page could not use, by reason; and frames that were skipped for us because we were slow. */
  refused = $state.raw<Readonly<Record<string, number>>>({})
  skipped = $state(0)
  /** For how many seconds this screen slept, until somebody has taken note; 0: it did not. */
  slept = $state(0)
  /** How far this computer's clock is ahead of the server's, in seconds, the least delay included. */
  clockOff = $state(0)
  /** Seconds from the server's sending to our showing, above the least seen on this connection; 0 when unknown. */
  delay = $state(0)
  readonly tracks = new Tracks()
  readonly history = new History()
  private seq = -1
  private waitingSince = 0
  private leastOffset = Infinity
  private socket: LiveSocket | null = null
  private readonly onLost: () => void
  private listeners: (() => void)[] = []

  private readonly staff: boolean

  /** `onLost` is told each time the line breaks, so that the session can ask whether it still holds. */
  constructor(onLost: () => void, staff: boolean) {
    this.onLost = onLost
    this.staff = staff
  }

  start(url: string): void {
    this.socket = new LiveSocket(url, {
      onLine: (line) => {
        this.lineChanged(line)
      },
      onFrame: (bytes) => {
        this.take(bytes)
      },
      onSlept: (seconds) => {
        this.slept += seconds
      },
    })
    this.socket.start()
  }

  stop(): void {
    this.socket?.stop()
    this.socket = null
    this.tracks.clear()
  }

  /** Called after each picture, outside of Svelte's own bookkeeping: for what draws on a canvas. */
  onPicture(listener: () => void): () => void {
    this.listeners.push(listener)
    return () => {
      this.listeners = this.listeners.filter((one) => one !== listener)
    }
  }

  /** Tries to connect now instead of waiting. */
  hurry(): void {
    this.socket?.hurry()
  }

  private lineChanged(line: Line): void {
    if (line.state === 'lost') this.onLost()
    if (line.state === 'connecting') {
      this.seq = -1
      this.leastOffset = Infinity
    }
    this.line = line
  }

  private take(bytes: ArrayBuffer): void {
    try {
      const started = performance.now()
      const frame = readFrame(bytes)
      if (frame.kind === 'plain') this.takePlain(frame)
      else {
        this.takePicture(frame)
        readWork.add(performance.now() - started)
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.refuse(error.reason)
    }
  }

  private takePlain(frame: PlainFrame): void {
    if (frame.name === 'static') {
      const before = this.site?.scene
      this.site = readSite(frame.body)
      if (before !== undefined && before !== this.site.scene) this.anew()
      this.tracks.name(this.site.classes, this.site.sensorNames)
    } else if (frame.name === 'health') {
      this.health = readHealth(frame.body)
      this.history.add(this.health)
    } else if (frame.name === 'alerts' || frame.name === 'public')
      this.said = readSaid(frame.body, frame.name === 'public')
    else if (frame.name === 'notice') this.addNotices(readNotices(frame.body))
    else this.refuse('unknown kind of frame')
  }

  private takePicture(frame: PictureFrame): void {
    if (frame.kind === 'delta' && frame.seq !== this.seq + 1) {
      this.missed()
      return
    }
    if (frame.kind === 'snapshot' && this.seq >= 0 && frame.seq > this.seq + 1) this.skipped += frame.seq - this.seq - 1
    this.waitingSince = 0
    const first = this.seq < 0
    this.seq = frame.seq
    // Another night, or the same one from an earlier moment on: what was told of later has not happened.
    if (frame.time < this.time - BACK_S) this.anew()
    this.tracks.apply(frame)
    if (first && this.staff) void this.recall(frame.time)
    this.time = frame.time
    this.live = frame.live
    this.speed = frame.speed
    this.delay = this.delayOf(frame)
    this.version += 1
    for (const listener of this.listeners) listener()
  }

  private anew(): void {
    this.tracks.clear()
    this.notices = []
    this.said = null
    this.health = null
    this.time = 0
  }

  /** After connecting: where the tracks were, as far as the server remembers and trails reach. */
  private async recall(time: number): Promise<void> {
    const outcome = await getBytes(`/api/trails?since=${Math.max(0, time - STEPS * STEP_S)}`)
    if (outcome.ok) fillTrails(this.tracks, outcome.value)
  }

  /** A delta that does not follow: the server sends a snapshot next; when it does not, the connection is not sound. */
  private missed(): void {
    const now = performance.now()
    if (this.waitingSince === 0) this.waitingSince = now
    else if (now - this.waitingSince > SNAPSHOT_WAIT_MS) {
      this.waitingSince = 0
      this.socket?.renew()
    }
  }

  private delayOf(frame: PictureFrame): number {
    if (frame.sent === null) return 0
    // The laptop's clock may be an hour off: only how the difference grows tells a delay.
    const offset = Date.now() / 1000 - frame.sent
    this.leastOffset = Math.min(this.leastOffset, offset)
    this.clockOff = this.leastOffset
    return offset - this.leastOffset
  }

  private addNotices(found: Notice[]): void {
    this.notices = [...found.reverse(), ...this.notices].slice(0, NOTICES_MAX)
  }

  private refuse(reason: string): void {
    this.refused = { ...this.refused, [reason]: (this.refused[reason] ?? 0) + 1 }
  }
}
