import { bytesToHex } from '@noble/hashes/utils.js'
import { ANONYMOUS, type Caller, type User } from '../caller.ts'
import { inTransaction } from '../database/races.ts'
import { ArchiveError } from '../errors.ts'
import { sessionUser } from '../http/session.ts'
import { findUserByBearer, findUserById, findUserByToken, type UserRow } from '../queries/users/find.ts'
import { LocalName, saveApiToken, saveBearer, saveProposals, saveUser } from '../queries/users/save.ts'
import type { Services } from '../services.ts'
import { credentialLimits, limited } from './attempts.ts'
import { confirmKey } from './open_keys.ts'
import type { Answer, PortalProfile } from './portal.ts'
import { secretOf } from './tokens.ts'

/** How long a token's holder, and what that user may do, are believed without asking the database again. */
const HOLDER_SECONDS = 60
/** How long the portal's word on a bearer token holds. */
const BEARER_SECONDS = 300
/** How long credentials that were refused are refused unseen. */
const REFUSED_SECONDS = 15
const PROPOSALS_SECONDS = 3600
/** How long the proposals last seen do while the portal is down, or after it refused the token. */
const PROPOSALS_RETRY_SECONDS = 60

export const cacheKeys = {
  holder: (hash: Uint8Array) => `holder:${bytesToHex(hash)}`,
  bearer: (hash: Uint8Array) => `bearer:${bytesToHex(hash)}`,
  refused: (hash: Uint8Array) => `refused:${bytesToHex(hash)}`,
  user: (id: number) => `user:${id}`,
  proposals: (id: number) => `proposals:${id}`,
}

/** What a request says of who sends it. */
export interface Credentials {
  authorization: string | undefined
  /** The value of the session cookie. */
  session: string | undefined
  /** Where the request comes from, by which failures are counted. */
  network: string
}

/**
 * Who sends a request with these credentials; the session counts where there is no Authorization header. Schemes other than Token and Bearer
 * say nothing, as with the reference, nor does a cookie that is not valid.
 * @throws ArchiveError 401 for credentials that are not valid, 503 for those that the portal would have to check and cannot
 */
export async function identify(services: Services, { authorization, session, network }: Credentials): Promise<Caller> {
  if (!authorization) return session === undefined ? ANONYMOUS : bySession(services, session)
  const [scheme, ...parts] = authorization.trim().split(/\s+/)
  const kind = scheme?.toLowerCase()
  if (kind !== 'token' && kind !== 'bearer') return ANONYMOUS
  if (parts.length === 0) throw new ArchiveError('empty_token')
  if (parts.length > 1) throw new ArchiveError('token_with_spaces')
  return kind === 'token' ? byToken(services, parts[0]!, network) : byBearer(services, parts[0]!, network)
}

async function bySession(services: Services, session: string): Promise<Caller> {
  const row = await sessionUser(services, session)
  if (!row) return ANONYMOUS
  return (await services.cache.get<User>(cacheKeys.user(row.id))) ?? remember(services, row)
}

/** The holder of an archive token or of the portal's api token. */
export async function byToken(services: Services, token: string, network: string): Promise<User> {
  const { cache, keys, writer } = services
  const hash = keys.hashToken(token)
  const key = cacheKeys.holder(hash)
  let id = await cache.get<number>(key)
  if (id === undefined) {
    if (await cache.get(cacheKeys.refused(hash))) throw new ArchiveError('invalid_token')
    const row = token.includes('\0') ? undefined : await findUserByToken(writer, hash, token)
    if (!row) {
      await confirmKey(writer, keys)
      return limited(services, credentialLimits(services, network), () => refuse(services, hash, 'invalid_token'))
    }
    id = row.id
    await remember(services, row)
    await cache.set(key, id, HOLDER_SECONDS)
  }
  return byId(services, id)
}

/** Refuses credentials, and for some seconds all that are the same. */
async function refuse(services: Services, hash: Uint8Array, code: 'invalid_token' | 'unknown_user'): Promise<never> {
  await services.cache.set(cacheKeys.refused(hash), true, REFUSED_SECONDS)
  throw new ArchiveError(code)
}

/** A user by id, from the cache or the database; 401 when there is none, or none that is active. */
export async function byId(services: Services, id: number): Promise<User> {
  const cached = await services.cache.get<User>(cacheKeys.user(id))
  if (cached) return cached
  const row = await findUserById(services.writer, id)
  if (!row) throw new ArchiveError('invalid_token')
  return remember(services, row)
}

async function remember(services: Services, row: UserRow): Promise<User> {
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

/**
 * A user's proposals by the portal's word, an hour old at most; while the portal is down, those it named last.
 * @throws `portal_unavailable` when it never named any, unless the user sees everything without
 */
async function proposalsOf({ cache, keys, portal, writer }: Services, row: UserRow): Promise<string[]> {
  const cached = await cache.get<string[]>(cacheKeys.proposals(row.id))
  if (cached) return cached
  const apiToken = row.api_token_sealed ? await keys.openToken(row.api_token_sealed) : row.api_token || null
  const bearer = apiToken ? null : row.bearer_sealed && (await keys.openToken(row.bearer_sealed))
  if (row.is_local || (!apiToken && !bearer)) return row.proposals ?? []
  const answer = await portal.profile(apiToken ? `Token ${apiToken}` : `Bearer ${bearer}`)
  if (answer.kind === 'ok') {
    await saveProposals(writer, row.id, answer.value.proposals)
    await cache.set(cacheKeys.proposals(row.id), answer.value.proposals, PROPOSALS_SECONDS)
    return answer.value.proposals
  }
  if (answer.kind === 'unreachable' && row.proposals === null && !row.is_superuser) throw unavailable(answer)
  const proposals = answer.kind === 'unreachable' ? (row.proposals ?? []) : []
  await cache.set(cacheKeys.proposals(row.id), proposals, PROPOSALS_RETRY_SECONDS)
  return proposals
}

/** What credentials are answered with that only the portal could check, when it cannot be asked. */
export const unavailable = ({ retryAfter }: Extract<Answer<never>, { kind: 'unreachable' }>): ArchiveError =>
  new ArchiveError('portal_unavailable', undefined, retryAfter === null ? {} : { 'retry-after': String(retryAfter) })

/** The holder of an OAuth bearer token, by the portal's word; while the portal is down, whoever it vouched for last. */
async function byBearer(services: Services, token: string, network: string): Promise<User> {
  const { cache, keys, portal, writer } = services
  const hash = keys.hashToken(token)
  const cached = await cache.get<number>(cacheKeys.bearer(hash))
  if (cached !== undefined) return byId(services, cached)
  if (await cache.get(cacheKeys.refused(hash))) throw new ArchiveError('unknown_user')
  const known = await findUserByBearer(writer, hash)
  // whoever was vouched for before does not have to wait for others at the same address who guess
  return limited(services, known ? [] : credentialLimits(services, network), async () => {
    const answer = await portal.profile(`Bearer ${token}`)
    if (answer.kind === 'unreachable') {
      if (known) return remember(services, known)
      throw unavailable(answer)
    }
    const id = answer.kind === 'ok' ? await admit(services, answer.value, token) : undefined
    if (id === undefined) return refuse(services, hash, 'unknown_user')
    await cache.set(cacheKeys.bearer(hash), id, BEARER_SECONDS)
    return byId(services, id)
  })
}

/**
 * Creates or updates the user that the portal vouches for with a bearer token; answers the user's id. undefined: the name is that of a local
 * user, who is somebody else.
 */
export async function admit(services: Services, profile: PortalProfile, bearer: string): Promise<number | undefined> {
  const { cache, keys, writer } = services
  const apiToken = profile.api_token === null ? null : await secretOf(keys, profile.api_token)
  const secret = await secretOf(keys, bearer)
  const id = await inTransaction(writer, async (tx) => {
    await confirmKey(tx, keys)
    const id = await saveUser(tx, { ...profile })
    if (apiToken) await saveApiToken(tx, id, apiToken, null)
    await saveBearer(tx, id, secret)
    await saveProposals(tx, id, profile.proposals)
    return id
  }).catch((error) => {
    if (!(error instanceof LocalName)) throw error
    noteLocal(services, profile.username)
  })
  if (id === undefined) return undefined
  await cache.set(cacheKeys.proposals(id), profile.proposals, PROPOSALS_SECONDS)
  await cache.delete(cacheKeys.user(id))
  return id
}

/** Logs that a portal account was refused because a local one has its name. */
export const noteLocal = ({ log }: Services, username: string): void =>
  log.warn('a portal account is refused: a local account has its name', { username })
