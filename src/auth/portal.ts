import type { PortalConfig } from '../config/config.ts'
import type { Log } from '../log.ts'
import type { RequestAccount } from '../telemetry.ts'
import { breaker } from './breaker.ts'

/** What the Observation Portal says about the holder of a token. */
export interface PortalProfile {
  username: string
  first_name: string | null
  last_name: string | null
  email: string | null
  is_staff: boolean | null
  is_superuser: boolean | null
  api_token: string | null
  proposals: string[]
}

/**
 * `refused`: the portal answered no. `unreachable`: it did not answer in time, answered with an
 * error of its own, or wants this caller to wait; `retryAfter`: for how many seconds, if it said
 * so.
 */
export type Answer<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'refused' }
  | { kind: 'unreachable'; retryAfter: number | null }

export interface Portal {
  /**
   * The profile behind an Authorization header (`Token …` or `Bearer …`).
   * @param request in whose name it is asked for
   */
  profile(authorization: string, request?: RequestAccount): Promise<Answer<PortalProfile>>
  /**
   * The access token for a username and password.
   * @param request in whose name it is asked for
   */
  login(username: string, password: string, request?: RequestAccount): Promise<Answer<string>>
  /** Throws when the portal does not answer; absent: there is none. */
  probe?(): Promise<void>
}

const TIMEOUT_MS = 3000
/** Seconds that a portal may make a caller wait who asks too often; `usual` if it does not say. */
const WAIT = { shortest: 1, usual: 30, longest: 3600 }
/** The most callers of whom it is remembered that they have to wait. */
const MAX_WAITING = 10_000

/** Where none is configured, nothing that only a portal could vouch for is valid. */
const noPortal: Portal = {
  profile: async () => ({ kind: 'refused' }),
  login: async () => ({ kind: 'refused' }),
}

/** A client of the configured portal. While an outage lasts, few requests wait for it. */
export function connectPortal(config: PortalConfig, log: Log): Portal {
  if (config.source === 'defaults') return noPortal
  const { mayAsk, succeeded, failed } = breaker('the Observation Portal', log)
  /** Until when (Unix time in milliseconds) callers have to wait, by their credentials. */
  const waiting = new Map<string, number>()

  function makeWait(caller: string, seconds: number): Answer<never> {
    waiting.delete(caller)
    if (waiting.size >= MAX_WAITING) waiting.delete(waiting.keys().next().value!)
    waiting.set(caller, Date.now() + seconds * 1000)
    return { kind: 'unreachable', retryAfter: seconds }
  }

  async function ask<T>(
    caller: string,
    url: string,
    init: RequestInit,
    read: (body: unknown) => T | null,
    request: RequestAccount | undefined,
  ): Promise<Answer<T>> {
    const left = (waiting.get(caller) ?? 0) - Date.now()
    if (left > 0) return { kind: 'unreachable', retryAfter: Math.ceil(left / 1000) }
    waiting.delete(caller)
    if (!mayAsk()) return { kind: 'unreachable', retryAfter: null }
    try {
      const response = await send(url, init, request)
      if (response.status >= 500) throw new Error(`it answered ${response.status}`)
      if (!response.ok) {
        await response.body?.cancel()
        succeeded()
        // one caller asks too often: that is not an outage for the others
        return response.status === 429
          ? makeWait(caller, waitSeconds(response.headers.get('retry-after')))
          : { kind: 'refused' }
      }
      const value = read(await response.json())
      if (value === null) throw new Error('it answered something else than a profile or token')
      succeeded()
      return { kind: 'ok', value }
    } catch (error) {
      failed(describeFailure(error))
      return { kind: 'unreachable', retryAfter: null }
    }
  }

  return {
    profile: (authorization, request) =>
      ask(
        authorization,
        config.profileUrl,
        { headers: { authorization, accept: 'application/json' } },
        readProfile,
        request,
      ),
    login: (username, password, request) =>
      ask(
        `Login ${username}`,
        config.tokenUrl,
        {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'password',
            username,
            password,
            client_id: config.clientId,
            client_secret: config.clientSecret,
          }),
        },
        (body) => textOr((body as Record<string, unknown> | null)?.access_token),
        request,
      ),
    async probe() {
      const { status, body } = await send(config.profileUrl, { headers: { accept: 'application/json' } })
      await body?.cancel()
      if (status >= 500) throw new Error(`it answered ${status}`)
    },
  }
}

async function send(url: string, init: RequestInit, request?: RequestAccount): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const call = request?.call(`${init.method ?? 'GET'} portal`, new URL(url).host)
  const headers = { ...(init.headers as Record<string, string>), ...call?.headers }
  const once = () => fetch(url, { ...init, headers, redirect: 'follow', signal })
  try {
    // a kept-alive connection that the portal has closed fails at once: that is no outage
    const response = await once().catch((error) => {
      if (signal.aborted) throw error
      return once()
    })
    call?.end(response.status >= 500)
    return response
  } catch (error) {
    call?.end(true)
    throw error
  }
}

/** A Retry-After header, of seconds or a date, as seconds within bounds. */
function waitSeconds(header: string | null): number {
  const text = header?.trim() ?? ''
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000)
  return Number.isNaN(seconds) ? WAIT.usual : Math.min(WAIT.longest, Math.max(WAIT.shortest, seconds))
}

/** Why the portal failed, for the log: nothing of what was sent to it. */
function describeFailure(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: unknown } }
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`
  if (name === 'SyntaxError') return 'it answered something else than JSON'
  return typeof cause?.code === 'string' ? cause.code : message
}

const textOr = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const booleanOr = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)

/**
 * A profile as the portal sends it; null: not a profile. Proposals are objects with an id, or ids.
 */
function readProfile(body: unknown): PortalProfile | null {
  const profile = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const username = textOr(profile.username)
  if (username === null) return null
  const tokens = (profile.tokens ?? {}) as Record<string, unknown>
  const proposals = Array.isArray(profile.proposals) ? profile.proposals : []
  return {
    username,
    first_name: typeof profile.first_name === 'string' ? profile.first_name : null,
    last_name: typeof profile.last_name === 'string' ? profile.last_name : null,
    email: typeof profile.email === 'string' ? profile.email : null,
    is_staff: booleanOr(profile.is_staff),
    is_superuser: booleanOr(profile.is_superuser),
    api_token: textOr(tokens.api_token),
    proposals: proposals
      .map((p) => (typeof p === 'string' ? p : String((p as { id?: unknown } | null)?.id ?? '')))
      .filter((p) => p !== ''),
  }
}
