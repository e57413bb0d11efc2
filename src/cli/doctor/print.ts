import type { Finding, Level } from '../../doctor/finding.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'

const COLOURS: Record<Level, string> = { ok: '32', warning: '33', error: '31' }

/** A finding as lines for people, in colours where they are shown. */
export function formatFinding({ level, subject, says, advice }: Finding, isColoured: boolean): string {
  const mark = level.padEnd(8)
  const shown = isColoured ? `\x1b[${COLOURS[level]}m${mark}\x1b[0m` : mark
  const line = `${shown} ${subject.padEnd(15)} ${escapeForTerminal(says)}\n`
  return advice === undefined ? line : `${line}${' '.repeat(25)}→ ${escapeForTerminal(advice)}\n`
}

/** Whether a stream is a terminal that shows colours (https://no-color.org). */
export const isColoured = (stream: { isTTY?: boolean }, env: Record<string, string | undefined>): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'

/** What takes the secrets out of texts that others have written. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length)
  return (text) => known.reduce((left, secret) => left.replaceAll(secret, '…'), text)
}
