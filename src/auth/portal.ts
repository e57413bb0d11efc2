import { z } from 'zod'
import type { PortalConfig } from '../config/config.ts'
import type { Log } from '../log.ts'
import { breaker } from './breaker.ts'

const filled = z.string().min(1)
const text = z.string().nullable().catch(null)
const flag = z.boolean().nullable().catch(null)

const accessToken = z.object({ access_token: filled }).transform((body) => body.access_token)

/** A proposal's id, or an object that has it; empty: neither. */
const proposal = z
  .union([z.string(), z.object({ id: z.string().or(z.number()) }).transform(({ id }) => String(id))])
  .catch('')

/** A profile as the portal sends it; without a user name it is not one. */
const profile = z
  .object({
    username: filled,
    first_name: text,
    last_name: text,
    email: text,
    is_staff: flag,
    is_superuser: flag,
    tokens: z.object({ api_token: filled.nullable().catch(null) }).catch({ api_token: null }),
    proposals: z.array(proposal).catch([]),
  })
  .transform(({ tokens, proposals, ...person }) => ({
    ...person,
    api_token: tokens.api_token,
    proposals: proposals.filter((id) => id !== ''),
  }))

/** What the Observation Portal says about the holder of a token. */
export type PortalProfile = z.output<typeof profile>

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
  /** The profile behind an Authorization header (`Token …` or `Bearer …`). */
  profile(authorization: string): Promise<Answer<PortalProfile>>
  /** The access token for a username and password. */
  login(username: string, password: string): Promise<Answer<string>>
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

  async function ask<T>(caller: string, url: string, init: RequestInit, schema: z.ZodType<T>): Promise<Answer<T>> {
    const left = (waiting.get(caller) ?? 0) - Date.now()
    if (left > 0) return { kind: 'unreachable', retryAfter: Math.ceil(left / 1000) }
    waiting.delete(caller)
    if (!mayAsk()) return { kind: 'unreachable', retryAfter: null }
    try {
      const response = await send(url, init)
      if (response.status >= 500) throw new Error(`it answered ${response.status}`)
      if (!response.ok) {
        await response.body?.cancel()
        succeeded()
        // one caller asks too often: that is not an outage for the others
        return response.status === 429
          ? makeWait(caller, waitSeconds(response.headers.get('retry-after')))
          : { kind: 'refused' }
      }
      const { success, data } = schema.safeParse(await response.json())
      if (!success) throw new Error('it answered something else than a profile or token')
      succeeded()
      return { kind: 'ok', value: data }
    } catch (error) {
      failed(describeFailure(error))
      return { kind: 'unreachable', retryAfter: null }
    }
  }

  return {
    profile: (authorization) =>
      ask(authorization, config.profileUrl, { headers: { authorization, accept: 'application/json' } }, profile),
    login: (username, password) =>
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
        accessToken,
      ),
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const once = () => fetch(url, { ...init, redirect: 'follow', signal })
  // a kept-alive connection that the portal has closed fails at once: that is no outage
  return once().catch((error) => {
    if (signal.aborted) throw error
    return once()
  })
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
