import { ANONYMOUS, type Caller, type User } from '../caller.ts'
import { ArchiveError } from '../errors.ts'
import { findUserByBearer, findUserById, findUserByToken, type UserRow } from '../queries/users/find.ts'
import { credentialLimits, limitAttempts } from './attempts.ts'
import { cacheKeys, HOLDER_SECONDS } from './identity_cache.ts'
import type { IdentityServices } from './identity_services.ts'
import { confirmKey } from './open_keys.ts'
import { admitPortalUser, portalUnavailable, proposalsOf } from './portal_users.ts'
import { sessionUser } from './session.ts'

/** How long what the portal says of a bearer token is believed. */
const BEARER_SECONDS = 300
/** How long credentials that were refused are refused without looking again. */
const REFUSED_SECONDS = 15

/** The parts of a request that say who sends it. */
export interface Credentials {
  authorization: string | undefined
  /** The value of the session cookie. */
  session: string | undefined
  /** Where the request comes from, by which failures are counted. */
  network: string
}

/**
 * Who sends a request with these credentials; the session counts where there is no Authorization
 * header. Schemes other than Token and Bearer, and a cookie that is not valid, leave the caller
 * anonymous, as with the reference.
 * @throws ArchiveError 401 for credentials that are not valid, 503 for those that the portal would
 * have to check and cannot
 */
export async function identify(
  services: IdentityServices,
  { authorization, session, network }: Credentials,
): Promise<Caller> {
  if (!authorization) return session === undefined ? ANONYMOUS : userBySession(services, session)
  const [scheme, ...parts] = authorization.trim().split(/\s+/)
  const kind = scheme?.toLowerCase()
  if (kind !== 'token' && kind !== 'bearer') return ANONYMOUS
  if (parts.length === 0) throw new ArchiveError('empty_token')
  if (parts.length > 1) throw new ArchiveError('token_with_spaces')
  const find = kind === 'token' ? userByToken : userByBearer
  return find(services, parts[0]!, network)
}

async function userBySession(services: IdentityServices, session: string): Promise<Caller> {
  const row = await sessionUser(services, session)
  if (!row) return ANONYMOUS
  return (await services.cache.get<User>(cacheKeys.user(row.id))) ?? activeUser(services, row)
}

/**
 * The holder of an archive token or of the portal's api token.
 * @throws ArchiveError 401 for a token that nobody holds; `throttled` after many of those
 */
export async function userByToken(services: IdentityServices, token: string, network: string): Promise<User> {
  const { cache, keys, writer } = services
  const hash = keys.hashToken(token)
  const key = cacheKeys.holder(hash)
  const cached = await cache.get<number>(key)
  if (cached !== undefined) return userById(services, cached)
  if (await cache.get(cacheKeys.refused(hash))) throw new ArchiveError('invalid_token')
  const row = token.includes('\0') ? undefined : await findUserByToken(writer, hash, token)
  if (!row) {
    await confirmKey(writer, keys)
    return limitAttempts(services, credentialLimits(services, network), () => refuse(services, hash, 'invalid_token'))
  }
  const user = await activeUser(services, row)
  await cache.set(key, row.id, HOLDER_SECONDS)
  return user
}

/**
 * The holder of an OAuth bearer token, according to the portal; while the portal is down, the user
 * for whom it vouched last.
 */
async function userByBearer(services: IdentityServices, token: string, network: string): Promise<User> {
  const { cache, keys, portal, writer } = services
  const hash = keys.hashToken(token)
  const cached = await cache.get<number>(cacheKeys.bearer(hash))
  if (cached !== undefined) return userById(services, cached)
  if (await cache.get(cacheKeys.refused(hash))) throw new ArchiveError('unknown_user')
  const known = await findUserByBearer(writer, hash)
  // a known holder does not have to wait for others at the same address who guess
  return limitAttempts(services, known ? [] : credentialLimits(services, network), async () => {
    const answer = await portal.profile(`Bearer ${token}`, services.request)
    if (answer.kind === 'unreachable') {
      if (known) return activeUser(services, known)
      throw portalUnavailable(answer)
    }
    const id = answer.kind === 'ok' ? await admitPortalUser(services, answer.value, token) : undefined
    if (id === undefined) return refuse(services, hash, 'unknown_user')
    await cache.set(cacheKeys.bearer(hash), id, BEARER_SECONDS)
    return userById(services, id)
  })
}

/** Refuses a token, and for some seconds the same token whenever it comes again. */
async function refuse(
  { cache }: IdentityServices,
  hash: Uint8Array,
  code: 'invalid_token' | 'unknown_user',
): Promise<never> {
  await cache.set(cacheKeys.refused(hash), true, REFUSED_SECONDS)
  throw new ArchiveError(code)
}

/**
 * A user by id, from the cache or the database.
 * @throws ArchiveError 401 when there is none, or none that is active
 */
export async function userById(services: IdentityServices, id: number): Promise<User> {
  const cached = await services.cache.get<User>(cacheKeys.user(id))
  if (cached) return cached
  const row = await findUserById(services.writer, id)
  if (!row) throw new ArchiveError('invalid_token')
  return activeUser(services, row)
}

/** The user of a row as a caller, kept in the cache. */
async function activeUser(services: IdentityServices, row: UserRow): Promise<User> {
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
