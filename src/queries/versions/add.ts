import { Raced } from '../../database/races.ts'
import { query, rows, type Sql } from '../../database/sql.ts'
import type { NewVersion } from '../../schemas/frame_record.ts'

interface TakenVersion {
  frame_id: number
  basename: string
  key: string
  md5: string
}
/** Versions that exist already, by their keys and by their MD5s. */
export type Taken = Record<'key' | 'md5', Map<string, TakenVersion>>

/** Which of these versions' keys and MD5s exist already, and whose they are. */
export async function takenVersions(tx: Sql, versions: readonly NewVersion[]): Promise<Taken> {
  if (versions.length === 0) return { key: new Map(), md5: new Map() }
  const [keys, md5s] = [versions.map((v) => v.key), versions.map((v) => v.md5)]
  const taken = await rows<TakenVersion>(query(tx, 'versions/add.taken', { keys, md5s }))
  return { key: new Map(taken.map((t) => [t.key, t])), md5: new Map(taken.map((t) => [t.md5, t])) }
}

/** Why versions of one frame cannot be added; null: they can. `there`: those to be passed over. */
export function versionErrors(
  versions: readonly NewVersion[],
  taken: Taken,
  there: ReadonlySet<NewVersion> = new Set(),
): Record<string, string[]>[] | null {
  const seen = { key: new Set<string>(), md5: new Set<string>() }
  const errors = versions.map((version) => {
    const repeated = NAMES.some((name) => seen[name].has(version[name]))
    const wrong = NAMES.filter(
      (name) => seen[name].has(version[name]) || (taken[name].has(version[name]) && (repeated || !there.has(version))),
    )
    for (const name of NAMES) seen[name].add(version[name])
    return Object.fromEntries(wrong.map((name) => [name, [`version with this ${name} already exists.`]]))
  })
  return errors.some((e) => Object.keys(e).length) ? errors : null
}
const NAMES = ['key', 'md5'] as const

/**
 * Adds versions to frames; `place` counts those of one frame, the last of which is the newest.
 * @throws Raced when another writer has added one of them since they were looked at
 */
export async function addVersions(
  tx: Sql,
  versions: readonly (NewVersion & { frame_id: number; place: number })[],
): Promise<void> {
  if (versions.length === 0) return
  const added = await query(tx, 'versions/add.add', { versions: JSON.stringify(versions) })
  if (added.length < versions.length) throw new Raced('version')
}
