import { Fatal, noAnswerReason, Unavailable } from './faults.ts'

/** An archive's API, and how it is asked. */
export interface Address {
  /** In messages: `the archive at https://archive.example/`. */
  name: string
  /** The root of the API, with the slash at its end. */
  root: string
  /** Null: `fetch` needs none. */
  token: string | null
  /** Sends a request. @param timeoutMs how long the whole answer is waited for */
  fetch(url: string, init: RequestInit, timeoutMs: number): Promise<Response>
}

/**
 * The address of an archive that is reached over the network.
 * @param apiRoot with or without a slash at its end
 */
export function remoteAddress(apiRoot: string, token: string): Address {
  const root = `${apiRoot.replace(/\/+$/, '')}/`
  return {
    name: `the archive at ${root}`,
    root,
    token,
    fetch: (url, init, timeoutMs) => fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  }
}

/** An answer, read to its end. */
export interface Answered {
  status: number
  text: string
}

/** What is asked of an archive. */
export interface Ask {
  method: 'GET' | 'POST'
  /** Below the root of the API, without a slash at its beginning. */
  path: string
  body?: string
  contentType?: string
  /** How long the whole answer is waited for, in milliseconds. */
  timeoutMs: number
}

/**
 * Sends a request and reads its answer.
 * @throws Unavailable for no answer, 408, 429 and 5xx; Fatal for what would be the same for every
 * file: a token that is not taken, and redirects, which are not followed, since the token would go
 * where they lead
 */
export async function askArchive(address: Address, ask: Ask): Promise<Answered> {
  const { name, root, token } = address
  const { method, path, body, contentType, timeoutMs } = ask
  const headers = {
    ...(token === null ? {} : { authorization: `Token ${token}` }),
    ...(contentType ? { 'content-type': contentType } : {}),
  }
  const init: RequestInit = { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) }
  let answer: Response
  let text: string
  try {
    answer = await address.fetch(root + path, init, timeoutMs)
    text = await answer.text()
  } catch (error) {
    throw new Unavailable(`${name} gives no answer: ${noAnswerReason(error)}`)
  }
  const { status } = answer
  if (status >= 300 && status < 400)
    throw new Fatal(
      `${root + path} redirects to ${answer.headers.get('location') ?? 'another place'}: give the archive's own address as API_ROOT (--api-root)`,
    )
  if (status === 401 || status === 403)
    throw new Fatal(
      `${name} refuses the token (${status}: ${brief(text)}): give one of a superuser as AUTH_TOKEN (--auth-token)`,
    )
  if (status === 408 || status === 429 || status >= 500)
    // what a 503 asks is a guess, and long for an archive whose database was away for a second: the
    // pauses between tries are our own
    throw new Unavailable(`${name} answers ${status}: ${brief(text)}`, status === 429 ? retryAfter(answer) : null)
  return { status, text }
}

/** That what answers is no archive. */
export const notAnArchive = ({ root }: Address, { status, text }: Answered): Fatal =>
  new Fatal(
    `${root} does not answer as an archive does (${status}: ${brief(text)}): give the archive's own address as API_ROOT (--api-root)`,
  )

/** The object that an answer is as JSON. @throws Fatal for an answer that is none */
export function readObject(address: Address, answered: Answered): Record<string, unknown> {
  const value = parseOr(answered.text, null)
  if (typeof value !== 'object' || value === null) throw notAnArchive(address, answered)
  return value as Record<string, unknown>
}

/** The value of a JSON text; something else for a text that is none, as a proxy's page. */
export function parseOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** The seconds that an answer asks to wait, from seconds or a date (RFC 9110); null: none. */
export function retryAfter(answer: Response): number | null {
  const text = answer.headers.get('retry-after')?.trim()
  if (!text) return null
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** The detail of an answer, or its beginning. */
export function brief(text: string): string {
  const { detail } = (parseOr(text, null) ?? {}) as { detail?: unknown }
  if (typeof detail === 'string') return detail
  const words = text.replace(/<[^>]*>|\s+/g, ' ').trim()
  return words.slice(0, 200) || 'an empty answer'
}
