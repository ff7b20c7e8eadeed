import { m } from '../messages/index.ts'
import { getJson, send } from './http.ts'

export interface Me {
  name: string
  role: string
  /** What this person may do, and which orders they may give: names of the server's. */
  actions: string[]
  orders: string[]
  /** Drawn over the map, so that a photograph says whose screen it was. */
  watermark: string
  audience: 'staff' | 'public'
}
export type SessionState = { state: 'asking' } | { state: 'out'; why: string } | { state: 'in'; me: Me }

const LINK = /^#t=([A-Za-z0-9_~.-]+)$/
const UNREACHABLE = 0

/** Who sits at this screen. The cookie is the server's and is never seen here. */
export class Session {
  now = $state.raw<SessionState>({ state: 'asking' })

  /** Redeems a one-time link if the address holds one, and asks the server who we are. */
  async begin(): Promise<void> {
    const token = takeToken()
    if (token !== null) {
      const outcome = await send('POST', '/api/session', { token })
      if (!outcome.ok) {
        this.now = { state: 'out', why: outcome.status === UNREACHABLE ? m.signIn.unreachable : m.signIn.linkUsed }
        return
      }
    }
    await this.ask(token === null ? '' : m.signIn.failed)
  }

  /** Asks anew; called too when the line to the server breaks, since a session may have ended meanwhile. */
  async ask(whyOut = ''): Promise<void> {
    const outcome = await getJson('/api/me')
    if (outcome.ok) {
      this.now = { state: 'in', me: readMe(outcome.value) }
    } else if (outcome.status === 401 || outcome.status === 403) {
      this.now = { state: 'out', why: this.now.state === 'in' ? m.signIn.ended : whyOut }
    } else if (this.now.state === 'asking') {
      this.now = { state: 'out', why: m.signIn.unreachable }
    }
  }

  async signIn(name: string, password: string): Promise<void> {
    const outcome = await send('POST', '/api/login', { name, password })
    if (outcome.ok) await this.ask(m.signIn.failed)
    else if (outcome.status === UNREACHABLE) this.now = { state: 'out', why: m.signIn.unreachable }
    else this.now = { state: 'out', why: outcome.status === 429 ? m.signIn.tooMany : m.signIn.wrong }
  }

  async signOut(): Promise<void> {
    await send('DELETE', '/api/session')
    this.now = { state: 'out', why: m.signIn.left }
  }
}

function readMe(body: Record<string, unknown>): Me {
  const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
  return {
    name: asWord(body.name),
    role: asWord(body.role),
    actions: list(body.actions),
    orders: list(body.orders),
    watermark: asWord(body.watermark) || asWord(body.name),
    audience: body.audience === 'public' ? 'public' : 'staff',
  }
}

function asWord(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The link's token stands after the #, which no server and no log sees; it leaves the address before it is used. */
function takeToken(): string | null {
  const found = LINK.exec(location.hash)
  if (location.hash.startsWith('#t=')) history.replaceState(null, '', location.pathname + location.search)
  return found?.[1] ?? null
}
