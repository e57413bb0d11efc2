import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Server {
  base: string
  port: number
  pid: number
  /** The status of an answer and its body. */
  get(path: string, token?: string): Promise<{ status: number; body: unknown }>
  stop(): Promise<void>
}

/** The built archive as a process of its own, on a free port of the loopback. `nodeOptions` are for profiling it, `more` its variables. */
export async function startServer(
  databaseUrl: string,
  nodeOptions: readonly string[],
  more: Record<string, string> = {},
): Promise<Server> {
  // beside this one in dist/
  const program = fileURLToPath(new URL('platestack.js', import.meta.url))
  const env = {
    PATH: process.env.PATH,
    // the wire reads along
    PGSSLMODE: 'disable',
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    FILESTORE_TYPE: 'local',
    THROTTLE_ANON: '1000000000/day',
    PROCESSED_EXCHANGE_ENABLED: 'False',
    ...more,
  }
  const child = spawn(process.execPath, [...nodeOptions, program, 'serve'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const port = await listening(child)
  const base = `http://127.0.0.1:${port}`
  return {
    base,
    port,
    pid: child.pid!,
    async get(path, token) {
      const answer = await fetch(base + path, token ? { headers: { authorization: `Token ${token}` } } : {})
      return { status: answer.status, body: await answer.json() }
    },
    async stop() {
      process.off('exit', kill)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGTERM')) await ended
    },
  }
}

/** The port that the server tells in its log. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log += text
      const port = /listening on http:\/\/[^/]+:(\d+)\//.exec(log)
      if (port) resolve(Number(port[1]))
    })
    child.once('exit', () => reject(new Error(`the server ended: ${log}`)))
  })
}
