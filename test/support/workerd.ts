import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository } from './data.ts'

/** The modules of a Worker by name, the one that answers first. */
export type Modules = { folder: string } | { text: string }

export interface Workerd {
  port: number
  pid: number
  /** Milliseconds of processor time that it has used so far; null where the system has no /proc. */
  cpu(): number | null
  stop(): Promise<void>
}

const MAIN = 'worker.js'

/** wrangler's workerd itself: the command of that name is a program of Node that starts it. */
const program = (): string =>
  createRequire(inRepository('test/runtimes/programs/package.json')).resolve(
    `@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : process.arch}/bin/workerd`,
  )

const quoted = (text: string): string => JSON.stringify(text)

/** The date and flags of wrangler.toml, as workerd's own configuration writes them. */
function compatibility(): string {
  const toml = readFileSync(inRepository('wrangler.toml'), 'utf8')
  const of = (name: string) => new RegExp(`^compatibility_${name} = (.+)$`, 'm').exec(toml)![1]!
  return `compatibilityDate = ${of('date')}, compatibilityFlags = ${of('flags')}`
}

/** The binding and the service of a Hyperdrive that leads to a database. */
function hyperdriveTo({ host, pathname, username, password }: URL): { binding: string; service: string } {
  const names = `scheme = "postgresql", database = ${quoted(pathname.slice(1))}`
  const login = `user = ${quoted(username)}, password = ${quoted(password || 'none')}`
  return {
    binding: `(name = "HYPERDRIVE", hyperdrive = (designator = "database", ${names}, ${login}))`,
    service: `(name = "database", external = (address = ${quoted(host)}, tcp = ()))`,
  }
}

/**
 * A folder with a Worker and its configuration for workerd, which starts from nothing each time.
 * @param database where its Hyperdrive leads; without, it has none
 */
export function prepareWorkerd(modules: Modules, variables: Record<string, string>, database?: URL) {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-workerd-'))
  if ('text' in modules) writeFileSync(join(folder, MAIN), modules.text)
  else cpSync(modules.folder, folder, { recursive: true, filter: (file) => !file.endsWith('.map') })
  const names = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== MAIN)
  const listed = [MAIN, ...names].map((name) => `(name = ${quoted(name)}, esModule = embed ${quoted(name)})`)
  const bindings = Object.entries(variables).map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`)
  const services = [
    '(name = "main", worker = .worker)',
    '(name = "internet", network = (allow = ["public", "private"]))',
  ]
  if (database) {
    const { binding, service } = hyperdriveTo(database)
    bindings.push(binding)
    services.push(service)
  }
  const configuration = join(folder, 'workerd.capnp')
  writeFileSync(
    configuration,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(', ')}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${listed.join(', ')}],
  bindings = [${bindings.join(', ')}],
  ${compatibility()},
);
`,
  )
  return {
    start: () => startWorkerd(configuration),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function startWorkerd(configuration: string): Promise<Workerd> {
  const child = spawn(program(), ['serve', configuration, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  const port = await portOf(child)
  return {
    port,
    pid: child.pid!,
    cpu: () => cpuOf(child.pid!),
    async stop() {
      process.off('exit', killed)
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

/** It writes a line of JSON for each socket that it listens on. */
async function portOf(child: ChildProcess): Promise<number> {
  let written = ''
  for await (const chunk of child.stdio[3] as AsyncIterable<Buffer>) {
    written += chunk
    const port = /"port":(\d+)/.exec(written)
    if (port) return Number(port[1])
  }
  throw new Error('workerd ended at once')
}

function cpuOf(pid: number): number | null {
  try {
    const ofThread = (id: string) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0])
    return readdirSync(`/proc/${pid}/task`).reduce((sum, id) => sum + ofThread(id), 0) / 1e6
  } catch {
    return null
  }
}
