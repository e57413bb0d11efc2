import { inTransaction } from '../database/races.ts'
import type { Sql } from '../database/sql.ts'
import { ArchiveError } from '../errors.ts'
import { findUserById, type UserRow } from '../queries/users/find.ts'
import { LocalName, type Person, saveApiToken, saveBearer, saveProposals, saveUser } from '../queries/users/save.ts'
import { cacheKeys } from './identity_cache.ts'
import type { IdentityServices } from './identity_services.ts'
import { confirmKey } from './open_keys.ts'
import type { Answer, PortalProfile } from './portal.ts'
import { secretOf } from './tokens.ts'

const PROPOSALS_SECONDS = 3600
/** How long the proposals last seen do while the portal is down, or after it refused the token. */
const PROPOSALS_RETRY_SECONDS = 60

/** The refusal of credentials that only the portal could check, when it cannot be asked. */
export const portalUnavailable = ({ retryAfter }: Extract<Answer<never>, { kind: 'unreachable' }>): ArchiveError =>
  new ArchiveError('portal_unavailable', undefined, retryAfter === null ? {} : { 'retry-after': String(retryAfter) })

/**
 * A user's proposals according to the portal, an hour old at most; while the portal is down, those
 * that it named last.
 * @throws ArchiveError `portal_unavailable` when it never named any, unless the user sees every
 * frame anyway
 */
export async function proposalsOf(services: IdentityServices, row: UserRow): Promise<string[]> {
  const { cache, keys, portal, writer, request } = services
  const cached = await cache.get<string[]>(cacheKeys.proposals(row.id))
  if (cached) return cached
  const apiToken = row.api_token_sealed ? await keys.openToken(row.api_token_sealed) : row.api_token || null
  const bearer = apiToken ? null : row.bearer_sealed && (await keys.openToken(row.bearer_sealed))
  if (row.is_local || (!apiToken && !bearer)) return row.proposals ?? []
  const answer = await portal.profile(apiToken ? `Token ${apiToken}` : `Bearer ${bearer}`, request)
  if (answer.kind === 'ok') {
    await saveProposals(writer, row.id, answer.value.proposals)
    await cache.set(cacheKeys.proposals(row.id), answer.value.proposals, PROPOSALS_SECONDS)
    return answer.value.proposals
  }
  if (answer.kind === 'unreachable' && row.proposals === null && !row.is_superuser) throw portalUnavailable(answer)
  const proposals = answer.kind === 'unreachable' ? (row.proposals ?? []) : []
  await cache.set(cacheKeys.proposals(row.id), proposals, PROPOSALS_RETRY_SECONDS)
  return proposals
}

/**
 * Creates or updates the user for whom the portal vouches with a bearer token.
 * @returns the user's id; undefined when the name belongs to a local user, who is somebody else
 */
export async function admitPortalUser(
  services: IdentityServices,
  profile: PortalProfile,
  bearer: string,
): Promise<number | undefined> {
  const { cache, keys } = services
  const apiToken = profile.api_token === null ? null : await secretOf(keys, profile.api_token)
  const secret = await secretOf(keys, bearer)
  const id = await savePortalUser(services, profile, async (tx, id) => {
    if (apiToken) await saveApiToken(tx, id, apiToken, null)
    await saveBearer(tx, id, secret)
    await saveProposals(tx, id, profile.proposals)
    return id
  })
  if (id === undefined) return undefined
  await cache.set(cacheKeys.proposals(id), profile.proposals, PROPOSALS_SECONDS)
  await cache.delete(cacheKeys.user(id))
  return id
}

/**
 * Creates or updates a user as the portal's server reports it; null leaves what is there.
 * @param staffView whether the portal shows the user the view of staff
 * @returns false when the name belongs to a local user, who is left alone
 */
export async function updatePortalUser(
  services: IdentityServices,
  person: Person,
  apiToken: string | null,
  staffView: boolean | null,
): Promise<boolean> {
  const { cache, keys } = services
  const secret = apiToken === null ? null : await secretOf(keys, apiToken)
  const before = await savePortalUser(services, person, async (tx, id) => {
    const before = await findUserById(tx, id)
    await saveApiToken(tx, id, secret, staffView)
    return before
  })
  if (!before) return false
  await cache.delete(cacheKeys.user(before.id))
  if (!secret) return true
  const replaced = before.api_token_sealed ? await keys.openToken(before.api_token_sealed) : before.api_token
  const stale = [cacheKeys.holder(secret.hash), cacheKeys.refused(secret.hash)]
  if (replaced) stale.push(cacheKeys.holder(keys.hashToken(replaced)))
  for (const key of stale) await cache.delete(key)
  return true
}

/**
 * Saves a user and, in the same transaction, what `saveMore` has to add.
 * @returns what `saveMore` returns; undefined when the name belongs to a local user
 */
async function savePortalUser<T>(
  { keys, writer, log }: IdentityServices,
  person: Person,
  saveMore: (tx: Sql, id: number) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await inTransaction(writer, async (tx) => {
      await confirmKey(tx, keys)
      return saveMore(tx, await saveUser(tx, person))
    })
  } catch (error) {
    if (!(error instanceof LocalName)) throw error
    log.warn('a portal account is refused: a local account has its name', { username: person.username })
    return undefined
  }
}
