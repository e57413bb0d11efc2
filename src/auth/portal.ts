import type { PortalConfig } from '../config.ts'

/** What the Observation Portal says of the holder of a token. */
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

/** `refused`: the portal answered no. `unreachable`: it did not answer in time, or only with an error of its own. */
export type Answer<T> = { kind: 'ok'; value: T } | { kind: 'refused' } | { kind: 'unreachable' }

export interface Portal {
  /** The profile behind an Authorization header (`Token …` or `Bearer …`). */
  profile(authorization: string): Promise<Answer<PortalProfile>>
  /** The access token for a username and password. */
  login(username: string, password: string): Promise<Answer<string>>
}

const TIMEOUT_MS = 3000
/** After a failure nobody waits for the portal for this long. */
const PAUSE_MS = 5000

/** Nobody said where the portal is: there is none, so nothing it could vouch for is valid. */
const noPortal: Portal = {
  profile: async () => ({ kind: 'refused' }),
  login: async () => ({ kind: 'refused' }),
}

export function connectPortal(config: PortalConfig): Portal {
  if (config.source === 'defaults') return noPortal
  let failedAt = Number.NEGATIVE_INFINITY

  async function ask<T>(url: string, init: RequestInit, read: (body: unknown) => T | null): Promise<Answer<T>> {
    if (Date.now() - failedAt < PAUSE_MS) return { kind: 'unreachable' }
    try {
      const response = await send(url, init)
      if (response.status >= 500 || response.status === 429) throw new Error(`the portal answered ${response.status}`)
      if (!response.ok) {
        await response.body?.cancel()
        return { kind: 'refused' }
      }
      const value = read(await response.json())
      if (value === null) throw new Error('the portal answered something else than a profile or token')
      return { kind: 'ok', value }
    } catch {
      failedAt = Date.now()
      return { kind: 'unreachable' }
    }
  }

  return {
    profile: (authorization) =>
      ask(config.profileUrl, { headers: { authorization, accept: 'application/json' } }, readProfile),
    login: (username, password) =>
      ask(
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
      ),
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const once = () => fetch(url, { ...init, redirect: 'follow', signal })
  // a kept connection that the portal has closed meanwhile fails at once: that is no outage, a new one will do
  return once().catch((error) => {
    if (signal.aborted) throw error
    return once()
  })
}

const textOr = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const booleanOr = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)

/** A profile as the portal sends it; null: it is none. Proposals are objects with an id, or bare ids. */
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
