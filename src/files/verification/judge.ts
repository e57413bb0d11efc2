import type { Expected, Seen } from '../../queries/verifications/findings.ts'
import type { FindingKind } from '../../queries/verifications/kinds.ts'

/** What a file is found to be; `found` is empty where it is well. */
export interface Verdict {
  kind: FindingKind | 'well'
  found: Seen
}

/** What was seen of a file that is there. */
export interface SeenFile {
  size: number
  /** Undefined: the file was not read. */
  md5?: string | undefined
  crc32?: number | undefined
  /** By which the store knows it; null: its ETag is no MD5; undefined: the store knows none. */
  storeMd5?: string | null | undefined
}

/**
 * Compares a file with its record. A recorded MD5 that S3 gave for an encrypted object is none, and
 * then only a match says something.
 */
export function judge(expected: Expected, { size, md5, crc32, storeMd5 }: SeenFile): Verdict {
  const bytes = md5 ?? storeMd5 ?? undefined
  const found = { size, ...(bytes !== undefined && { md5: bytes }), ...(crc32 !== undefined && { crc32 }) }
  if (expected.size !== null && size !== expected.size) return { kind: 'size', found }
  // what the store knows of a thumbnail is all there is
  const wanted = expected.md5 ?? storeMd5 ?? null
  const isComparable = wanted !== null && bytes !== undefined && storeMd5 !== null
  if (isComparable && bytes !== wanted) return { kind: 'md5', found }
  if (expected.crc32 !== null && crc32 !== undefined && crc32 !== expected.crc32) return { kind: 'crc32', found }
  return { kind: 'well', found: {} }
}

/** Whether the bytes are those of the recorded MD5, so that only the rest of the record is wrong. */
export const isContentRight = (expected: Expected, found: Seen): boolean =>
  expected.md5 !== null && found.md5 === expected.md5 && found.size !== undefined
