import { serve, stop } from '../support/program.ts'

export interface Server {
  base: string
  port: number
  pid: number
  /** The status of an answer and its body. */
  get(path: string, token?: string): Promise<{ status: number; body: unknown }>
  stop(): Promise<void>
}

/** The built archive as a process of its own, on a free port of the loopback. `nodeOptions` are for profiling it, `more` its variables, `built` another build of it. */
export async function startServer(
  databaseUrl: string,
  nodeOptions: readonly string[],
  more: Record<string, string> = {},
  built?: string,
): Promise<Server> {
  const env = {
    // the wire reads along
    PGSSLMODE: 'disable',
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    FILESTORE_TYPE: 'local',
    THROTTLE_ANON: '1000000000/day',
    SEARCH_BUDGET_ANON: '1000000000/day',
    PROCESSED_EXCHANGE_ENABLED: 'False',
    ...more,
  }
  const running = await serve(env, { nodeOptions, ...(built === undefined ? {} : { built }) })
  const kill = () => running.child.kill('SIGKILL')
  process.once('exit', kill)
  return {
    base: running.url,
    port: Number(new URL(running.url).port),
    pid: running.child.pid!,
    async get(path, token) {
      const answer = await fetch(running.url + path, token ? { headers: { authorization: `Token ${token}` } } : {})
      return { status: answer.status, body: await answer.json() }
    },
    async stop() {
      process.off('exit', kill)
      await stop(running)
    },
  }
}
