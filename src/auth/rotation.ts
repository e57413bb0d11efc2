import { bytesToHex } from '@noble/hashes/utils.js'
import type { Sql } from '../database/sql.ts'
import * as settings from '../queries/settings.ts'
import * as secrets from '../queries/users/secrets.ts'
import type { Keys } from './keys.ts'
import { confirmKey, FINGERPRINT, KEPT_KEY } from './open_keys.ts'

export interface Rotated {
  /** How many tokens go on working. */
  renewed: number
  /** How many did not open with the old key either, and stay useless. */
  lost: number
}

/**
 * Keeps under another SECRET_KEY everything that the database keeps under the old one. Tokens stay
 * the same; what was signed (sessions, signed addresses, cursors) ends.
 * @param tx the transaction in which all of it happens
 * @param kept the new key where the database itself keeps it; null: it is configured from now on
 * @throws ArchiveError `key_changed` when `old` is not the database's key any more
 */
export async function rotateKeys(tx: Sql, old: Keys, fresh: Keys, kept: string | null): Promise<Rotated> {
  await secrets.lockSecrets(tx)
  await confirmKey(tx, old)
  const rotated = { renewed: 0, lost: 0 }
  for (const kind of secrets.KINDS) {
    const rows: { id: number; hash: string; sealed: string }[] = []
    for (const { id, sealed } of await secrets.sealedOf(tx, kind)) {
      const token = await old.openToken(sealed)
      if (token === null) rotated.lost++
      else rows.push({ id, hash: bytesToHex(fresh.hashToken(token)), sealed: await fresh.sealToken(token) })
    }
    await secrets.reseal(tx, kind, rows)
    rotated.renewed += rows.length
  }
  await settings.put(tx, FINGERPRINT, fresh.fingerprint)
  if (kept === null) await settings.remove(tx, KEPT_KEY)
  else await settings.put(tx, KEPT_KEY, kept)
  return rotated
}
