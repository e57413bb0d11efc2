import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from 'amqplib'
import { freePort } from './ports.ts'

export interface TestRabbit {
  url: string
  start(): Promise<void>
  /** Stops the broker; its durable queues and persistent messages stay for the next start. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  remove(): void
  /** Runs rabbitmqctl on it. */
  control(...args: string[]): Promise<void>
}

/** The bytes that a message may have in it, far fewer than RabbitMQ's own limit. */
export const MAX_MESSAGE = 1_000_000

/** A RabbitMQ of one's own: ports, node name and folder of its own, on the loopback. */
export async function testRabbit(): Promise<TestRabbit> {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-rabbit-'))
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()]
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  let server: ChildProcess | undefined
  const env = {
    ...process.env,
    HOME: folder,
    RABBITMQ_NODENAME: `platestack${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'none'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-setcookie test${port} -rabbit max_message_size ${MAX_MESSAGE}`,
  }
  return {
    url,
    async start() {
      server = spawn('/usr/lib/rabbitmq/bin/rabbitmq-server', [], { env, stdio: 'ignore', detached: true })
      for (let attempt = 0; ; attempt++) {
        const connection = await connect(url).catch(() => null)
        if (connection) return connection.close()
        if (attempt > 300 || server.exitCode !== null) throw new Error(`RabbitMQ did not start: see ${folder}/log`)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    },
    async stop(signal = 'SIGTERM') {
      const running = server
      if (!running?.pid || running.exitCode !== null) return
      const ended = new Promise((resolve) => running.once('exit', resolve))
      process.kill(-running.pid, signal)
      await ended
    },
    async control(...args) {
      const cookie = ['--erlang-cookie', `test${port}`, '--node', env.RABBITMQ_NODENAME]
      await promisify(execFile)('/usr/lib/rabbitmq/bin/rabbitmqctl', [...cookie, ...args], { env })
    },
    remove() {
      // Erlang's port mapper outlives the broker that started it
      spawnSync('epmd', ['-port', String(mapper), '-kill'], { stdio: 'ignore' })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
