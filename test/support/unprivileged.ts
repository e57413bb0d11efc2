import { execFileSync } from 'node:child_process'

/** The account that PostgreSQL's package has made, for servers that refuse to run as root; nothing where the tests are not root. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
