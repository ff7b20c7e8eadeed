import { m, spoken } from '../messages/index.ts'
import { type Outcome, post } from './http.ts'

/** What became of an order, in words for the person who gave it. */
export interface Answered {
  accepted: boolean
  words: string
}

const TRIES = 3
const WAIT_MS = 1_500
const UNREACHABLE = 0
const NOT_DURABLE = 503

/**
 * Gives an order. What got no answer is sent again under the same key: it has one effect, however often it arrives.
 */
export async function give(
  action: string,
  subject: string,
  words: Record<string, string> = {},
  reason = '',
): Promise<Answered> {
  const body = { key: newKey(), action, subject, arguments: words, reason }
  for (let attempt = 1; ; attempt++) {
    const outcome = await post('/api/orders', body)
    if (outcome.ok) return answered(outcome.value)
    const again = outcome.status === UNREACHABLE || outcome.status === NOT_DURABLE
    if (!again || attempt === TRIES) return { accepted: false, words: refused(outcome) }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  }
}

function answered(body: Record<string, unknown>): Answered {
  const words = typeof body.reason === 'string' ? body.reason : ''
  return { accepted: body.accepted === true, words: spoken(words) }
}

function refused(outcome: Extract<Outcome<unknown>, { ok: false }>): string {
  if (outcome.why !== '') return outcome.why
  return outcome.status === UNREACHABLE ? m.orders.unreachable : m.orders.failed(outcome.status)
}

/** The client's own name of an order. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
