import { rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'

/** Where a running archive with an embedded database, which no other process can open, is asked for tokens. */
export const tokenSocket = (dataDir: string): string => join(dataDir, 'tokens.sock')

const MAX_NAME = 1000
const PATIENCE_MS = 10_000

/**
 * Answers `platestack token` on a socket that this user alone may connect to: it lies in the data directory, and the umask makes it private.
 * @param tokenOf the token of a user by name; null: there is no such user
 * @returns what ends it
 * @throws the system's error where there can be no socket, for instance because the path is too long
 */
export async function offerTokens(
  path: string,
  tokenOf: (username: string) => Promise<string | null>,
): Promise<() => void> {
  // left by a process that was killed; the database's lock says that there is no other
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    let asked = ''
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.setEncoding('utf8').on('data', (text: string) => {
      asked += text
      if (asked.length > MAX_NAME) socket.destroy()
      if (!asked.endsWith('\n')) return
      tokenOf(asked.slice(0, -1)).then(
        (token) => socket.end(JSON.stringify({ token })),
        () => socket.destroy(),
      )
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve)
  })
  server.unref()
  return () => void server.close()
}

/** A user's token from the archive that runs on this data directory; null: no such user. undefined: it does not answer. */
export async function askForToken(path: string, username: string): Promise<string | null | undefined> {
  const socket = createConnection(path)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
  try {
    let answer = ''
    socket.write(`${username}\n`)
    for await (const text of socket.setEncoding('utf8')) answer += text
    return (JSON.parse(answer) as { token: string | null }).token
  } catch {
    return undefined
  }
}
