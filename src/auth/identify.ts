import { bytesToHex } from '@noble/hashes/utils.js'
import { ANONYMOUS, type Caller, type User } from '../caller.ts'
import { ArchiveError } from '../errors.ts'
import * as users from '../queries/users.ts'
import type { Services } from '../services.ts'
import type { Answer, PortalProfile } from './portal.ts'
import { sessionUser } from './session.ts'
import { secretOf } from './tokens.ts'

/** How long a token's holder, and what that user may do, are believed without asking the database again. */
const HOLDER_SECONDS = 60
/** How long the portal's word on a bearer token holds. */
const BEARER_SECONDS = 300
const PROPOSALS_SECONDS = 3600
/** How long the proposals last seen do while the portal is down, or after it refused the token. */
const PROPOSALS_RETRY_SECONDS = 60

export const cacheKeys = {
  holder: (hash: Uint8Array) => `holder:${bytesToHex(hash)}`,
  bearer: (hash: Uint8Array) => `bearer:${bytesToHex(hash)}`,
  user: (id: number) => `user:${id}`,
  proposals: (id: number) => `proposals:${id}`,
}

/**
 * Who sends a request with this Authorization header or, without one, with this session cookie. Schemes other than Token and Bearer say
 * nothing, as with the reference, nor does a cookie that is not valid.
 */
export async function identify(
  services: Services,
  authorization: string | undefined,
  session?: string,
): Promise<Caller> {
  if (!authorization) return session === undefined ? ANONYMOUS : bySession(services, session)
  const [scheme, ...parts] = authorization.trim().split(/\s+/)
  const kind = scheme?.toLowerCase()
  if (kind !== 'token' && kind !== 'bearer') return ANONYMOUS
  if (parts.length === 0) throw new ArchiveError('empty_token')
  if (parts.length > 1) throw new ArchiveError('token_with_spaces')
  return kind === 'token' ? byToken(services, parts[0]!) : byBearer(services, parts[0]!)
}

async function bySession(services: Services, session: string): Promise<Caller> {
  const row = await sessionUser(services, session)
  if (!row) return ANONYMOUS
  return (await services.cache.get<User>(cacheKeys.user(row.id))) ?? remember(services, row)
}

/** The holder of an archive token or of the portal's api token. */
export async function byToken(services: Services, token: string): Promise<User> {
  const hash = services.keys.hashToken(token)
  const key = cacheKeys.holder(hash)
  let id = await services.cache.get<number>(key)
  if (id === undefined) {
    const row = token.includes('\0') ? undefined : await users.byToken(services.writer, hash, token)
    if (!row) throw new ArchiveError('invalid_token')
    id = row.id
    await remember(services, row)
    await services.cache.set(key, id, HOLDER_SECONDS)
  }
  return byId(services, id)
}

/** A user by id, from the cache or the database; 401 when there is none, or none that is active. */
export async function byId(services: Services, id: number): Promise<User> {
  const cached = await services.cache.get<User>(cacheKeys.user(id))
  if (cached) return cached
  const row = await users.byId(services.writer, id)
  if (!row) throw new ArchiveError('invalid_token')
  return remember(services, row)
}

async function remember(services: Services, row: users.UserRow): Promise<User> {
  if (!row.is_active) throw new ArchiveError('inactive_user')
  const user: User = {
    kind: 'user',
    id: row.id,
    username: row.username,
    isStaff: row.is_staff,
    isSuperuser: row.is_superuser,
    proposals: await proposalsOf(services, row),
  }
  await services.cache.set(cacheKeys.user(row.id), user, HOLDER_SECONDS)
  return user
}

/** A user's proposals by the portal's word, an hour old at most; while the portal is down, those it named last. */
async function proposalsOf({ cache, keys, portal, writer }: Services, row: users.UserRow): Promise<string[]> {
  const cached = await cache.get<string[]>(cacheKeys.proposals(row.id))
  if (cached) return cached
  const apiToken = row.api_token_sealed ? await keys.openToken(row.api_token_sealed) : row.api_token || null
  const bearer = apiToken ? null : row.bearer_sealed && (await keys.openToken(row.bearer_sealed))
  if (!apiToken && !bearer) return row.proposals ?? []
  const answer = await portal.profile(apiToken ? `Token ${apiToken}` : `Bearer ${bearer}`)
  if (answer.kind === 'ok') {
    await keepProposals({ cache, writer }, row.id, answer.value.proposals)
    return answer.value.proposals
  }
  const proposals = answer.kind === 'unreachable' ? (row.proposals ?? []) : []
  await cache.set(cacheKeys.proposals(row.id), proposals, PROPOSALS_RETRY_SECONDS)
  return proposals
}

async function keepProposals(
  { cache, writer }: Pick<Services, 'cache' | 'writer'>,
  id: number,
  proposals: string[],
): Promise<void> {
  await users.saveProposals(writer, id, proposals)
  await cache.set(cacheKeys.proposals(id), proposals, PROPOSALS_SECONDS)
}

/** The holder of an OAuth bearer token, by the portal's word. While the portal is down, whoever it vouched for last; else unverified. */
async function byBearer(services: Services, token: string): Promise<Caller> {
  const hash = services.keys.hashToken(token)
  const cached = await services.cache.get<number>(cacheKeys.bearer(hash))
  if (cached !== undefined) return byId(services, cached)
  const answer = await services.portal.profile(`Bearer ${token}`)
  if (answer.kind === 'refused') throw new ArchiveError('unknown_user')
  if (answer.kind === 'unreachable') {
    const row = await users.byBearer(services.writer, hash)
    return row ? remember(services, row) : { kind: 'unverified' }
  }
  const id = await admit(services, answer, token)
  await services.cache.set(cacheKeys.bearer(hash), id, BEARER_SECONDS)
  return byId(services, id)
}

/** Creates or updates the user that the portal vouches for with a bearer token; answers the user's id. */
export async function admit(
  services: Services,
  { value: profile }: Extract<Answer<PortalProfile>, { kind: 'ok' }>,
  bearer: string,
): Promise<number> {
  const { keys, writer } = services
  const id = await users.save(writer, { ...profile })
  if (profile.api_token) await users.saveApiToken(writer, id, await secretOf(keys, profile.api_token), null)
  await users.saveBearer(writer, id, await secretOf(keys, bearer))
  await keepProposals(services, id, profile.proposals)
  await services.cache.delete(cacheKeys.user(id))
  return id
}
