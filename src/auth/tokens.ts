import type { Sql } from '../database/sql.ts'
import * as users from '../queries/users.ts'
import { cacheKeys } from './identity_cache.ts'
import type { IdentityServices } from './identity_services.ts'
import { type Keys, newToken } from './keys.ts'
import { confirmKey } from './open_keys.ts'

/** A token in the three forms in which it is kept or looked up. */
export async function secretOf(keys: Keys, plain: string): Promise<users.Secret> {
  return { plain, hash: keys.hashToken(plain), sealed: await keys.sealToken(plain) }
}

/**
 * The archive token of a user: the same until it is revoked. One that no longer opens, though the
 * key is the database's, was lost with an earlier key, and is replaced.
 * @throws ArchiveError `key_changed` when the key has been changed since the process started
 */
export async function tokenOf(sql: Sql, keys: Keys, id: number): Promise<string> {
  for (;;) {
    const kept = await users.token(sql, id)
    if (kept?.key) return kept.key
    const opened = kept?.key_sealed ? await keys.openToken(kept.key_sealed) : null
    if (opened !== null) return opened
    await confirmKey(sql, keys)
    if (kept) await users.revokeToken(sql, id)
    const token = newToken()
    // false when another request was first: its token counts
    if (await users.addToken(sql, id, await secretOf(keys, token))) return token
  }
}

/** Replaces the archive token of a user: the old one is refused from now on. */
export async function replaceToken(
  { writer, keys, cache }: Pick<IdentityServices, 'writer' | 'keys' | 'cache'>,
  id: number,
): Promise<void> {
  const revoked = await users.revokeToken(writer, id)
  const hash = revoked?.key_hash ?? (revoked?.key ? keys.hashToken(revoked.key) : null)
  if (hash) await cache.delete(cacheKeys.holder(new Uint8Array(hash)))
  await tokenOf(writer, keys, id)
}

/** The archive token of a user by name; null: there is no such user. */
export async function tokenByName(sql: Sql, keys: Keys, username: string): Promise<string | null> {
  const user = await users.byName(sql, username)
  return user ? tokenOf(sql, keys, user.id) : null
}

/**
 * Gives the plain tokens of an adopted database their hash and sealed form. The plain ones stay for
 * the reference's server as long as its views do. Safe to run at any time.
 * @returns how many were converted
 */
export async function convertPlainTokens(sql: Sql, keys: Keys): Promise<number> {
  const tokens = await users.plainTokens(sql)
  for (const { user_id, plain } of tokens) await users.convertToken(sql, user_id, await secretOf(keys, plain))
  const apiTokens = await users.plainApiTokens(sql)
  for (const { user_id, plain } of apiTokens) await users.convertApiToken(sql, user_id, await secretOf(keys, plain))
  return tokens.length + apiTokens.length
}
