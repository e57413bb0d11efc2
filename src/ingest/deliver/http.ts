import { Fatal } from './archive.ts'
import { Unavailable } from './unavailable.ts'

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

/** The root of an API with the slash at its end. */
export const rootOf = (apiRoot: string): string => `${apiRoot.replace(/\/+$/, '')}/`

/**
 * Requests to an archive's API with a token. No answer, 408, 429 and 5xx are thrown as Unavailable; as Fatal what would be the same for
 * every file: a token that is not taken, and redirects, which are not followed, since the token would go where they lead.
 */
export function apiClient(apiRoot: string, token: string | null): (ask: Ask) => Promise<Answered> {
  const root = rootOf(apiRoot)
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Token ${token}` }
  return async ({ method, path, body, contentType, timeoutMs }) => {
    const headers = { ...authorization, ...(contentType ? { 'content-type': contentType } : {}) }
    const init: RequestInit = { method, headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }
    let answer: Response
    let text: string
    try {
      answer = await fetch(root + path, body === undefined ? init : { ...init, body })
      text = await answer.text()
    } catch (error) {
      throw new Unavailable(`${root} gives no answer: ${reasonOf(error)}`)
    }
    const { status } = answer
    if (status >= 300 && status < 400)
      throw new Fatal(
        `${root + path} redirects to ${answer.headers.get('location') ?? 'another place'}: give the archive's own address as API_ROOT (--api-root)`,
      )
    if (status === 401 || status === 403)
      throw new Fatal(
        `the archive at ${root} refuses the token (${status}: ${brief(text)}): give one of a superuser as AUTH_TOKEN (--auth-token)`,
      )
    if (status === 408 || status === 429 || status >= 500)
      // what a 503 asks is a guess, and long for an archive whose database was away for a second: the pauses between tries are our own
      throw new Unavailable(
        `${root + path} answers ${status}: ${brief(text)}`,
        status === 429 ? retryAfter(answer) : null,
      )
    return { status, text }
  }
}

/** That what answers is no archive. */
export const noArchive = (apiRoot: string, { status, text }: Answered): Fatal =>
  new Fatal(
    `${rootOf(apiRoot)} does not answer as an archive does (${status}: ${brief(text)}): give the archive's own address as API_ROOT (--api-root)`,
  )

/** The object that an answer is as JSON. Throws Fatal for one that is none. */
export function jsonOf(apiRoot: string, answered: Answered): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answered.text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // told below
  }
  throw noArchive(apiRoot, answered)
}

/** Delta seconds or a date (RFC 9110); null: none. */
function retryAfter(answer: Response): number | null {
  const text = answer.headers.get('retry-after')?.trim()
  if (!text) return null
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** The detail of an answer, or its beginning. */
export function brief(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown }
    if (typeof detail === 'string') return detail
  } catch {
    // no JSON: a proxy's page
  }
  return (
    text
      .replace(/<[^>]*>|\s+/g, ' ')
      .trim()
      .slice(0, 200) || 'an empty answer'
  )
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } } | null)?.cause
  if ((error as Error).name === 'TimeoutError') return 'it took too long'
  return cause?.message || cause?.code || (error as Error).message
}
