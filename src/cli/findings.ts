import type { Finding } from '../queries/verifications/findings.ts'
import type { FindingKind } from '../queries/verifications/kinds.ts'
import { escapeForTerminal } from '../runtimes/node/escape_for_terminal.ts'

const WORDS: Record<FindingKind, string> = {
  missing: 'missing',
  size: 'wrong size',
  md5: 'wrong MD5',
  crc32: 'wrong CRC-32',
  unreadable: 'cannot be read',
}

const hex = (crc32: number | null | undefined): string => (crc32 ?? 0).toString(16).padStart(8, '0')

/** What is wrong with a file, in one line: where it is, whose it is, what was expected and found. */
export function describeFinding({ kind, basename, path, key, expected, found }: Finding): string {
  const known = [
    expected.size === null ? [] : [`${expected.size} bytes`],
    expected.md5 === null ? [] : [`MD5 ${expected.md5}`],
  ].flat()
  const what = {
    missing: known.length ? `: expected ${known.join(', ')}` : '',
    size: `: expected ${expected.size} bytes, found ${found.size}`,
    md5: `: expected ${expected.md5 ?? 'what the store says'}, found ${found.md5}`,
    crc32: `: expected ${hex(expected.crc32)}, found ${hex(found.crc32)}`,
    unreadable: '',
  }[kind]
  const reason = found.reason === undefined ? '' : `: ${found.reason}`
  return escapeForTerminal(`${path} (frame ${basename}, key ${key || 'none'}): ${WORDS[kind]}${what}${reason}`)
}

/** How many there are of each kind, such as `1 missing, 2 wrong MD5`. */
export const countKinds = (counts: Partial<Record<FindingKind, number>>): string =>
  (Object.keys(WORDS) as FindingKind[])
    .filter((kind) => counts[kind])
    .map((kind) => `${counts[kind]} ${WORDS[kind]}`)
    .join(', ')
