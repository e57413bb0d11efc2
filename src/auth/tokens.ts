import type { Sql } from '../database/sql.ts'
import { findUserByName } from '../queries/users/find.ts'
import { addToken, convertToken, getToken, plainTokens, revokeToken, type Secret } from '../queries/users/tokens.ts'
import { cacheKeys } from './identity_cache.ts'
import type { IdentityServices } from './identity_services.ts'
import { type Keys, newToken } from './keys.ts'
import { confirmKey } from './open_keys.ts'

/** A token in the three forms in which it is kept or looked up. */
export async function secretOf(keys: Keys, plain: string): Promise<Secret> {
  return { plain, hash: keys.hashToken(plain), sealed: await keys.sealToken(plain) }
}

/**
 * The archive token of a user: the same until it is revoked. One that no longer opens, though the
 * key is the database's, was lost with an earlier key, and is replaced.
 * @throws ArchiveError `key_changed` when the key has been changed since the process started
 */
export async function tokenOf(sql: Sql, keys: Keys, id: number): Promise<string> {
  for (;;) {
    const kept = await getToken(sql, id)
    if (kept?.key) return kept.key
    const opened = kept?.key_sealed ? await keys.openToken(kept.key_sealed) : null
    if (opened !== null) return opened
    await confirmKey(sql, keys)
    if (kept) await revokeToken(sql, id)
    const token = newToken()
    // false when another request was first: its token counts
    if (await addToken(sql, id, await secretOf(keys, token))) return token
  }
}

/** Replaces the archive token of a user: the old one is refused from now on. */
export async function replaceToken(
  { writer, keys, cache }: Pick<IdentityServices, 'writer' | 'keys' | 'cache'>,
  id: number,
): Promise<void> {
  const revoked = await revokeToken(writer, id)
  const hash = revoked?.key_hash ?? (revoked?.key ? keys.hashToken(revoked.key) : null)
  if (hash) await cache.delete(cacheKeys.holder(new Uint8Array(hash)))
  await tokenOf(writer, keys, id)
}

/** The archive token of a user by name; null: there is no such user. */
export async function tokenByName(sql: Sql, keys: Keys, username: string): Promise<string | null> {
  const user = await findUserByName(sql, username)
  return user ? tokenOf(sql, keys, user.id) : null
}

/**
 * Gives the plain tokens of an adopted database their hash and sealed form. The plain ones stay for
 * the reference's server as long as its views do. Safe to run at any time.
 * @returns how many were converted
 */
export async function convertPlainTokens(sql: Sql, keys: Keys): Promise<number> {
  let converted = 0
  for (const kind of ['tokens', 'api_tokens'] as const)
    for (const { user_id, plain } of await plainTokens(sql, kind)) {
      await convertToken(sql, kind, user_id, await secretOf(keys, plain))
      converted++
    }
  return converted
}
