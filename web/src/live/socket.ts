/** How the line to the server stands. `retryAt` is in milliseconds of performance.now(). */
export type Line =
  | { state: 'connecting'; attempt: number }
  | { state: 'open' }
  | { state: 'silent'; since: number }
  | { state: 'lost'; attempt: number; retryAt: number }
  | { state: 'closed' }

export interface SocketEvents {
  onLine(line: Line): void
  onFrame(bytes: ArrayBuffer): void
  /** The computer or the page slept for so many seconds: nothing of it ran. */
  onSlept(seconds: number): void
}

/** A live picture comes several times a second: this much silence must be seen, that much ends the connection. */
const SILENT_MS = 4_000
const DEAD_MS = 15_000
const LOOK_MS = 1_000
/** A busy computer may hold a page up for seconds; one in the background is looked at once a minute at worst. */
const SLEPT_MS = 30_000
const SLEPT_HIDDEN_MS = 90_000
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000]

/**
 * Holds one WebSocket open for as long as the page wants it: sees at once when it is lost, tells, and tries again with
 * growing waits (and immediately when the network or the page comes back). It knows no frame format.
 */
export class LiveSocket {
  private readonly url: string
  private readonly events: SocketEvents
  private socket: WebSocket | null = null
  private attempt = 0
  private heardAt = 0
  private silent = false
  private lookedAt = Date.now()
  private hidden = false
  private retry: ReturnType<typeof setTimeout> | undefined
  private watch: ReturnType<typeof setInterval> | undefined

  constructor(url: string, events: SocketEvents) {
    this.url = url
    this.events = events
  }

  start(): void {
    this.watch = setInterval(() => {
      this.look()
    }, LOOK_MS)
    this.lookedAt = Date.now()
    addEventListener('online', this.hurry)
    addEventListener('offline', this.lookNow)
    document.addEventListener('visibilitychange', this.hurry)
    document.addEventListener('resume', this.hurry)
    this.open()
  }

  stop(): void {
    clearInterval(this.watch)
    clearTimeout(this.retry)
    removeEventListener('online', this.hurry)
    removeEventListener('offline', this.lookNow)
    document.removeEventListener('visibilitychange', this.hurry)
    document.removeEventListener('resume', this.hurry)
    this.drop()
    this.events.onLine({ state: 'closed' })
  }

  /** Ends the connection and takes a new one: the way back when what came makes no sense. */
  renew(): void {
    this.drop()
    this.lost()
  }

  send(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text)
  }

  private open(): void {
    clearTimeout(this.retry)
    this.events.onLine({ state: 'connecting', attempt: this.attempt })
    const socket = new WebSocket(this.url)
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    this.heardAt = performance.now()
    socket.onopen = () => {
      this.heardAt = performance.now()
      this.events.onLine({ state: 'open' })
    }
    socket.onmessage = (event: MessageEvent<unknown>) => {
      this.heard()
      if (event.data instanceof ArrayBuffer) this.events.onFrame(event.data)
    }
    socket.onclose = () => {
      if (this.socket !== socket) return
      this.socket = null
      this.lost()
    }
  }

  private heard(): void {
    this.heardAt = performance.now()
    this.attempt = 0
    if (this.silent) {
      this.silent = false
      this.events.onLine({ state: 'open' })
    }
  }

  private lost(): void {
    this.silent = false
    const wait = WAITS_MS[Math.min(this.attempt, WAITS_MS.length - 1)] ?? 15_000
    // Spread, so that many screens do not come back in the same instant after a restart.
    const spread = wait * (0.75 + 0.5 * Math.random())
    this.attempt += 1
    this.events.onLine({ state: 'lost', attempt: this.attempt, retryAt: performance.now() + spread })
    clearTimeout(this.retry)
    this.retry = setTimeout(() => {
      this.open()
    }, spread)
  }

  /** Whether this page slept since it was looked at last. The wall clock tells: the other one may sleep too. */
  private wake(): boolean {
    const now = Date.now()
    const gap = now - this.lookedAt
    const allowed = this.hidden ? SLEPT_HIDDEN_MS : SLEPT_MS
    this.lookedAt = now
    this.hidden = document.visibilityState === 'hidden'
    if (gap < allowed) return false
    this.events.onSlept(gap / 1000)
    return true
  }

  private look(): void {
    if (this.wake()) {
      // What an old connection still holds is old, and its other end may be gone: a new one shows the present at once.
      this.attempt = 0
      this.drop()
      this.open()
      return
    }
    if (this.socket?.readyState !== WebSocket.OPEN && this.socket?.readyState !== WebSocket.CONNECTING) return
    const quiet = performance.now() - this.heardAt
    if (quiet > DEAD_MS) this.renew()
    else if (quiet > SILENT_MS && this.socket.readyState === WebSocket.OPEN && !this.silent) {
      this.silent = true
      this.events.onLine({ state: 'silent', since: this.heardAt })
    }
  }

  private readonly lookNow = (): void => {
    this.look()
  }

  readonly hurry = (): void => {
    if (document.visibilityState === 'hidden') return
    if (this.socket === null) {
      this.wake()
      this.open()
    } else this.look()
  }

  private drop(): void {
    const socket = this.socket
    this.socket = null
    if (socket === null) return
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }
}
