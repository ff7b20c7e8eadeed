import { spoken } from '../messages/index.ts'
/** What came of a request: the answer, or why there is none in words of the server or of this page. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; status: number; why: string }

const COMMON: RequestInit = { credentials: 'same-origin', cache: 'no-store' }

async function reach(path: string, init: RequestInit): Promise<Response | null> {
  try {
    return await fetch(path, { ...COMMON, ...init })
  } catch {
    return null
  }
}

/** The server explains a refusal in its body: {"detail": "..."}; `why` is empty when it does not. */
async function refusal(answer: Response | null): Promise<{ ok: false; status: number; why: string }> {
  if (answer === null) return { ok: false, status: 0, why: '' }
  let why = ''
  try {
    const body = (await answer.json()) as { detail?: unknown }
    if (typeof body.detail === 'string') why = spoken(body.detail)
  } catch {
    // No words came with it.
  }
  return { ok: false, status: answer.status, why }
}

export async function getJson(path: string): Promise<Outcome<Record<string, unknown>>> {
  const answer = await reach(path, {})
  if (answer?.ok !== true) return refusal(answer)
  return { ok: true, value: (await answer.json()) as Record<string, unknown> }
}

export async function getBytes(path: string, signal?: AbortSignal): Promise<Outcome<ArrayBuffer>> {
  const answer = await reach(path, signal === undefined ? {} : { signal })
  if (answer?.ok !== true) return refusal(answer)
  return { ok: true, value: await answer.arrayBuffer() }
}

/** Like `send`, for routes that answer with something. */
export async function post(path: string, body: unknown): Promise<Outcome<Record<string, unknown>>> {
  const headers = { 'content-type': 'application/json' }
  const answer = await reach(path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (answer?.ok !== true) return refusal(answer)
  return { ok: true, value: (await answer.json()) as Record<string, unknown> }
}

export async function send(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Outcome<null>> {
  const init: RequestInit = { method }
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' }
    init.body = JSON.stringify(body)
  }
  const answer = await reach(path, init)
  return answer?.ok === true ? { ok: true, value: null } : refusal(answer)
}
