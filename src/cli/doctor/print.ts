import type { Finding } from '../../doctor/finding.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { paint } from '../../runtimes/node/request_line.ts'

const COLORS = { ok: 'green', warning: 'yellow', error: 'red' } as const

/** A finding as lines for people, in colours where they are shown. */
export function formatFinding({ level, subject, says, advice }: Finding, isColoured: boolean): string {
  const shown = paint(level.padEnd(8), COLORS[level], isColoured)
  const line = `${shown} ${subject.padEnd(15)} ${escapeForTerminal(says)}\n`
  return advice === undefined ? line : `${line}${' '.repeat(25)}→ ${escapeForTerminal(advice)}\n`
}

/** What takes the secrets out of texts that others have written. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length)
  return (text) => known.reduce((left, secret) => left.replaceAll(secret, '…'), text)
}
