import { type Ask, ask, type Connection, urlOf } from '../../../clients/typescript/connection.ts'
import { anonymous, withToken } from '../../../clients/typescript/credentials.ts'
import { ArchiveError, brief, noAnswerReason, parseOr } from '../../../clients/typescript/error.ts'
import { pause } from '../../concurrency.ts'
import { Fatal, Stopped, Unavailable } from '../../ingest/deliver/faults.ts'
import type { Address } from '../../ingest/deliver/http.ts'
import { budget, type Service, service } from '../../ingest/deliver/waiting.ts'
import { BadFile } from '../../ingest/describe/description.ts'
import { type Log, type Outage, trackOutage } from '../../log.ts'

/** How an archive is asked without being a burden to it. */
export interface Politeness {
  /** Requests at once. */
  concurrency: number
  /** Requests a second; null: as they come. */
  rate: number | null
  /** How long it is waited for while it is away, in milliseconds. */
  patienceMs: number
}

/** The source refuses one thing, and will again. */
export class SourceRefusal extends BadFile {
  readonly status: number

  constructor(status: number, reason: string) {
    super(`the source answers ${status}: ${reason}`)
    this.status = status
  }
}

/** An answer of JSON. */
export interface Answer {
  text: string
  /** The clock of the source; null: it does not say. */
  date: string | null
}

/** An archive's API as a source. */
export interface Asking {
  readonly name: string
  readonly connection: Connection
  readonly service: Service
  /**
   * The answer to a GET, below the root.
   * @throws SourceRefusal where it is a refusal; Fatal where it would be the same for everything
   */
  get(path: string, signal: AbortSignal): Promise<Answer>
}

const TIMEOUT_MS = 120_000
/** A fault in the source's own program may pass, but seldom does. */
const FAULTS = 3

/** @param token null: only what everybody may see is asked for */
export function openAsking(root: string, token: string | null, politeness: Politeness, log: Log): Asking {
  const credentials = token === null ? anonymous : withToken(token)
  const name = `the source at ${root}`
  // downloads wait for it by themselves, so that what is said is said where all requests go through
  const away = trackOutage(log, `${name} cannot be reached: trying again until it can`, `${name} is back`)
  const address: Address = { name, root, credentials, fetch: politeFetch(politeness, away) }
  return askingAt(address, politeness.patienceMs, { ...log, info: () => {}, warn: () => {} })
}

/** An archive that is asked in another way. */
export function askingAt({ name, ...address }: Address, patienceMs: number, log: Log): Asking {
  const connection: Connection = { ...address, timeoutMs: TIMEOUT_MS, patienceMs }
  const source = service(name, patienceMs, log)
  const once: Connection = { ...connection, patienceMs: 0 }

  async function get(path: string, signal: AbortSignal): Promise<Answer> {
    const asked: Ask = { url: urlOf(once, `/${path}`), signal, headers: { accept: 'application/json' } }
    let faults = 0
    return source.persist(signal, async () => {
      try {
        const { response, body } = await ask(once, asked)
        const date = Date.parse(response.headers.get('date') ?? '')
        return {
          text: new TextDecoder().decode(body),
          date: Number.isNaN(date) ? null : new Date(date).toISOString(),
        }
      } catch (error) {
        if (signal.aborted) throw new Stopped()
        if (!(error instanceof ArchiveError)) throw error
        throw faultOf(name, error, error.status === 500 && ++faults < FAULTS)
      }
    })
  }
  return { name, connection, service: source, get }
}

/** What a client's error means: something that passes, something that is refused, or the end of the run. */
function faultOf(name: string, error: ArchiveError, isRepeated: boolean): Error {
  const { status, text, retryAfter, detail, cause } = error
  if (status === null) return new Unavailable(`${name} does not answer: ${noAnswerReason(cause)}`)
  if (status < 400) return new Fatal(`${name} ${detail}`)
  if (status === 401 || status === 403)
    return new Fatal(
      `${name} refuses the token (${status}: ${brief(text)}): give another by IMPORT_TOKEN or --token-file`,
    )
  if (isRepeated || [408, 429, 502, 503, 504].includes(status))
    return new Unavailable(`${name} answers ${status}: ${brief(text)}`, retryAfter)
  return new SourceRefusal(status, brief(text))
}

/** That what answers is no archive. */
export const notAnArchive = (name: string, text: string): Fatal =>
  new Fatal(`${name} does not answer as an archive does (${brief(text)}): give the root of its API`)

/** The members of a page. @throws Fatal where it is none */
export function readPage(name: string, text: string): { results: unknown[]; count: number | null; next: unknown } {
  const { results, count, next } = (parseOr(text, null) ?? {}) as Record<string, unknown>
  if (!Array.isArray(results)) throw notAnArchive(name, text)
  return { results, count: typeof count === 'number' ? count : null, next }
}

const AWAY = [429, 502, 503, 504]

/** A fetch that begins no more requests at once, and in a second, than it may. */
function politeFetch({ concurrency, rate }: Politeness, away: Outage): typeof fetch {
  const slots = budget(concurrency)
  let next = 0
  return async (input, init) => {
    const signal = init?.signal ?? new AbortController().signal
    const release = await slots.take(1, signal)
    try {
      if (rate !== null) {
        const now = Date.now()
        const at = Math.max(now, next)
        next = at + 1000 / rate
        if (at > now) await pause(at - now, signal)
      }
      const response = await fetch(input, init)
      if (AWAY.includes(response.status)) away.begin({ reason: `it answers ${response.status}` })
      else away.end()
      return response
    } catch (error) {
      if (!signal.aborted) away.begin({ reason: noAnswerReason(error) })
      throw error
    } finally {
      release()
    }
  }
}
