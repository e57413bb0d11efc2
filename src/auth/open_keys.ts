import type { Config } from '../config/config.ts'
import type { Sql } from '../database/sql.ts'
import { ArchiveError } from '../errors.ts'
import * as settings from '../queries/settings.ts'
import * as secrets from '../queries/users/secrets.ts'
import { deriveKeys, type Keys, newSecretKey } from './keys.ts'

/** The settings in which the database keeps the generated key, and the right key's fingerprint. */
export const KEPT_KEY = 'secret_key'
export const FINGERPRINT = 'secret_key_fingerprint'

/** The database keeps its tokens under another SECRET_KEY than the one given. */
export class WrongKey extends Error {
  constructor(isConfigured: boolean) {
    super(
      isConfigured
        ? 'SECRET_KEY is not the key under which this database keeps its tokens. Nothing was changed. Set SECRET_KEY to that key; to go over to a new one, run platestack rotate-secret-key'
        : 'this database keeps its tokens under a SECRET_KEY that is not set here. Nothing was changed. Set SECRET_KEY to that key',
    )
  }
}

/**
 * The keys of the configured SECRET_KEY, or of the one that was generated once and is kept in the
 * database. A database that does not know its key yet takes this one, provided that it opens the
 * tokens kept there.
 * @throws WrongKey when it is not the database's
 */
export async function openKeys(config: Pick<Config, 'secretKey'>, sql: Sql): Promise<Keys> {
  const { key, known } = await readKey(config, sql)
  const keys = await deriveKeys(key ?? (await settings.putOnce(sql, KEPT_KEY, newSecretKey())))
  await refuseOther(config, sql, keys, known)
  const fingerprint = known ?? (await settings.putOnce(sql, FINGERPRINT, keys.fingerprint))
  if (fingerprint !== keys.fingerprint) throw new WrongKey(config.secretKey !== null)
  return keys
}

/**
 * Looks whether `openKeys` would take the configured key, and writes nothing.
 * @throws WrongKey when it is not the database's
 */
export async function tryKeys(config: Pick<Config, 'secretKey'>, sql: Sql): Promise<void> {
  const { key, known } = await readKey(config, sql)
  if (key !== undefined) await refuseOther(config, sql, await deriveKeys(key), known)
}

/** The key that is to be used, and the fingerprint of the database's, where there are any. */
async function readKey({ secretKey }: Pick<Config, 'secretKey'>, sql: Sql) {
  const known = await settings.get<string>(sql, FINGERPRINT)
  const key = secretKey ?? (await settings.get<string>(sql, KEPT_KEY))
  // the database has a key already, and one generated now would be another
  if (key === undefined && known !== undefined) throw new WrongKey(false)
  return { key, known }
}

async function refuseOther(
  { secretKey }: Pick<Config, 'secretKey'>,
  sql: Sql,
  keys: Keys,
  known: string | undefined,
): Promise<void> {
  const isRight = known === undefined ? await opensAny(keys, await secrets.allSealed(sql)) : known === keys.fingerprint
  if (!isRight) throw new WrongKey(secretKey !== null)
}

/**
 * Whether one of the sealed tokens opens; true where there are none. Some may be left over from an
 * earlier key, so not all have to.
 */
async function opensAny(keys: Keys, sealed: readonly string[]): Promise<boolean> {
  for (const each of sealed) if ((await keys.openToken(each)) !== null) return true
  return sealed.length === 0
}

/**
 * Makes sure that the database's key has not been changed since this process started: a token that
 * it does not find may be there under the new key, and one that it writes would be lost.
 * @throws ArchiveError `key_changed`
 */
export async function confirmKey(sql: Sql, keys: Keys): Promise<void> {
  if ((await settings.get<string>(sql, FINGERPRINT)) !== keys.fingerprint) throw new ArchiveError('key_changed')
}
