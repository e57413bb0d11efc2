import type { Environment } from './read_variables.ts'

/** A line of a file of variables that cannot be read: its number, from 1. */
export interface EnvFileProblem {
  line: number
  says: string
}

/** A file of variables cannot be read; the message lists all its mistakes, without values. */
export class EnvFileError extends Error {
  constructor(path: string, problems: readonly EnvFileProblem[]) {
    super(
      [
        `${path} cannot be used:`,
        ...problems.map(({ line, says }) => `  ${line > 0 ? `line ${line}: ` : ''}${says}`),
      ].join('\n'),
    )
  }
}

const LINE = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s

/**
 * Reads a file of variables as systemd reads an EnvironmentFile: `KEY=VALUE` lines; empty lines and
 * those that begin with # or ; are left out; a value may stand in single or double quotes; a
 * backslash at the end of a line joins the next, and elsewhere stands before a character that is
 * meant as it is. What has neither quotes nor backslashes docker's --env-file reads alike.
 * @throws EnvFileError that lists the lines which are none
 */
export function parseEnvFile(text: string, path: string): Environment {
  const found: Record<string, string> = {}
  const problems: EnvFileProblem[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (let i = 0; i < lines.length; i++) {
    const number = i + 1
    let line = lines[i]!.trimStart()
    if (line === '' || /^[#;]/.test(line)) continue
    while (/(^|[^\\])(\\\\)*\\$/.test(line) && i + 1 < lines.length) line = line.slice(0, -1) + lines[++i]!
    const [, name, raw] = LINE.exec(line) ?? []
    if (name === undefined) {
      problems.push({ line: number, says: 'expected NAME=VALUE' })
      continue
    }
    const value = unquote(raw!.trim())
    if (value === null) problems.push({ line: number, says: `${name}: a quote is not closed, or followed by more` })
    else found[name] = value
  }
  if (problems.length) throw new EnvFileError(path, problems)
  return found
}

/** The value of a line; null: its quotes do not match. */
function unquote(raw: string): string | null {
  if (raw.startsWith("'")) return /^'[^']*'$/.test(raw) ? raw.slice(1, -1) : null
  if (raw.startsWith('"')) {
    const [, inner] = /^"((?:[^"\\]|\\.)*)"$/s.exec(raw) ?? []
    return inner === undefined ? null : inner.replace(/\\(["\\`$])/g, '$1')
  }
  return raw.replace(/\\(.)/gs, '$1')
}
