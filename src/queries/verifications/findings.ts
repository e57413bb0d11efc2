import { query, row, rows, type Sql } from '../../database/sql.ts'
import type { FilesOf, FindingKind } from './kinds.ts'

/** What is recorded of a file, as far as it is known. */
export interface Expected {
  size: number | null
  md5: string | null
  crc32: number | null
}

/** What a file is instead, as far as that was seen. */
export interface Seen {
  size?: number
  md5?: string
  crc32?: number
  /** Why it could not be read, or whose file it is. */
  reason?: string
}

/** Something that is wrong with a stored file. */
export interface Finding {
  files: FilesOf
  /** Of the version or the thumbnail. */
  id: number
  kind: FindingKind
  /** Of its frame. */
  basename: string
  path: string
  key: string
  expected: Expected
  found: Seen
}

/** A finding that is kept. */
export interface KeptFinding extends Finding {
  /** In UTC, such as 2024-01-31T10:00:00Z. */
  first_found: string
  last_found: string
}

/** Keeps a finding; false: the row that names the file is gone, or names another by now. */
export async function putFinding(sql: Sql, { expected, found, ...finding }: Finding): Promise<boolean> {
  const texts = { expected: JSON.stringify(expected), found: JSON.stringify(found) }
  return (await row(query(sql, 'verifications/findings.put', { ...finding, ...texts }))) !== undefined
}

/** The file is well. */
export async function closeFinding(sql: Sql, files: FilesOf, id: number): Promise<void> {
  await query(sql, 'verifications/findings.close', { files, id })
}

/** Forgets findings of files that no row names any more. */
export async function pruneFindings(sql: Sql): Promise<void> {
  await query(sql, 'verifications/findings.prune', {})
}

/** The findings of a span of ids, both ends counted, by id. */
export async function findingsBetween(
  sql: Sql,
  files: FilesOf,
  first: number,
  last: number,
): Promise<Map<number, FindingKind>> {
  const found = rows<Pick<Finding, 'id' | 'kind'>>(query(sql, 'verifications/findings.between', { files, first, last }))
  return new Map((await found).map(({ id, kind }) => [id, kind]))
}

/** The findings of some kinds, by path. */
export const listFindings = (sql: Sql, kinds: readonly FindingKind[]): Promise<KeptFinding[]> =>
  rows<KeptFinding>(query(sql, 'verifications/findings.list', { kinds }))

/** The name of the file that has this MD5 in the archive; undefined: none. */
export async function nameOfMd5(sql: Sql, md5: string): Promise<string | undefined> {
  const named = await row<{ basename: string; extension: string }>(query(sql, 'verifications/findings.named', { md5 }))
  return named && named.basename + named.extension
}
