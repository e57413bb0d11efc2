import { type Ask as Asked, ask, type Connection, urlOf } from '../../../clients/typescript/connection.ts'
import { withToken } from '../../../clients/typescript/credentials.ts'
import { brief, ArchiveError as NotDone, noAnswerReason, parseOr } from '../../../clients/typescript/error.ts'
import { Fatal, Unavailable } from './faults.ts'

/** An archive's API, and how it is asked. */
export interface Address extends Pick<Connection, 'root' | 'fetch' | 'credentials'> {
  /** In messages: `the archive at https://archive.example/`. */
  name: string
}

/**
 * The address of an archive that is reached over the network.
 * @param apiRoot with or without a slash at its end
 * @throws TypeError for a token that cannot be one
 */
export function remoteAddress(apiRoot: string, token: string): Address {
  const root = `${apiRoot.replace(/\/+$/, '')}/`
  return { name: `the archive at ${root}`, root, credentials: withToken(token), fetch }
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
  /** How long the answer is waited for, and then its body, in milliseconds. */
  timeoutMs: number
}

/**
 * Sends a request once and reads its answer: what it means that an archive is away is for the whole
 * run to say.
 * @throws Unavailable for no answer, 408, 429 and 5xx; Fatal for what would be the same for every
 * file: a token that is not taken, and redirects, which are not followed
 */
export async function askArchive(address: Address, { path, contentType, timeoutMs, ...asked }: Ask): Promise<Answered> {
  const connection: Connection = { ...address, timeoutMs, patienceMs: 0 }
  const headers: Asked['headers'] = contentType ? { 'content-type': contentType } : {}
  try {
    const url = urlOf(connection, `/${path}`)
    const { response, body } = await ask(connection, { ...asked, url, headers, redirects: 'nowhere' })
    return { status: response.status, text: new TextDecoder().decode(body) }
  } catch (error) {
    if (error instanceof NotDone) return answered(address, path, error)
    throw error
  }
}

/** What a refusal means to an ingester. */
function answered({ name, root }: Address, path: string, error: NotDone): Answered {
  const { status, text, retryAfter } = error
  if (status === null) throw new Unavailable(`${name} does not answer: ${noAnswerReason(error.cause)}`)
  if (status < 400) throw new Fatal(`${root + path} ${error.detail.replace(/^it /, '')} as API_ROOT (--api-root)`)
  if (status === 401 || status === 403)
    throw new Fatal(
      `${name} refuses the token (${status}: ${brief(text)}): give one of a superuser as AUTH_TOKEN (--auth-token)`,
    )
  if (status === 408 || status === 429 || status >= 500)
    // what a 503 asks is a guess, and long for an archive whose database was away for a second: the
    // pauses between tries are our own
    throw new Unavailable(`${name} answers ${status}: ${brief(text)}`, status === 429 ? retryAfter : null)
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
