import { rmSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'

/**
 * Where a running archive with an embedded database, which no other process can open, issues
 * tokens.
 */
export const tokenSocketPath = (dataDir: string): string => join(dataDir, 'tokens.sock')

const MAX_NAME = 1000
const PATIENCE_MS = 10_000

/**
 * Answers `platestack token` on a socket only this user can connect to: it is in the data
 * directory, and the umask makes it private.
 * @param findToken the token of a user by name; null if there is no such user
 * @returns stops it
 * @throws the system's error if the socket cannot be made, for instance because its path is too
 * long
 */
export async function serveTokens(
  path: string,
  findToken: (username: string) => Promise<string | null>,
): Promise<() => void> {
  // left by a process that was killed: the database's lock rules out another
  rmSync(path, { force: true })
  const server = createServer((socket) => {
    let asked = ''
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.setEncoding('utf8').on('data', (text: string) => {
      asked += text
      if (asked.length > MAX_NAME) socket.destroy()
      if (!asked.endsWith('\n')) return
      findToken(asked.slice(0, -1)).then(
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

/**
 * A user's token from the archive running on this data directory; null if there is no such user,
 * undefined if it does not answer.
 */
export async function requestToken(path: string, username: string): Promise<string | null | undefined> {
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
