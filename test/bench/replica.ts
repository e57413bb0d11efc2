import { createApp } from '../../src/app.ts'
import { type Environment, parseConfig } from '../../src/config/config.ts'
import { openPostgres } from '../../src/database/open.ts'
import { openPgSocket } from '../../src/runtimes/node/pg_socket.ts'
import { openDatabase, openServices } from '../../src/runtimes/node/server.ts'
import type { Services } from '../../src/services.ts'
import { rootToken } from '../support/archive.ts'
import { newFrame } from '../support/frames.ts'
import { silent } from '../support/log.ts'
import { startMemcached } from '../support/memcached.ts'
import { freePort } from '../support/ports.ts'
import { startPair } from '../support/postgres.ts'
import { median } from './median.ts'

const help = `npm run bench:replica: what it costs to read one's own writes

Starts a writer, a streaming replica and a Memcached, checks that the answers are the same, and then asks for details and changes
frames in turns: with reads that go to the replica whatever was written, and with the archive's. Milliseconds of one request at a
time, median of all rounds; the ratio is to the same request without.
`

const ROUNDS = 15
const REQUESTS = 100

interface Variant {
  name: string
  services: Services
  path: string
  init: RequestInit
  /** The variant whose time it is compared with. */
  beside: string | null
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(help)
  const pair = await startPair()
  const port = await freePort()
  const memcached = await startMemcached(port)
  const app = createApp()
  const opened: Services[] = []
  try {
    const url = await pair.writer.createDatabase('archive', 'template')
    const env = { SECRET_KEY: 'a key', FILESTORE_TYPE: 'dummy', DATABASE_URL: url }
    const replica = pair.replica.url('archive')
    const open = async (more: Environment) => {
      const config = parseConfig({ ...env, DATABASE_READER_URL: replica, ...more })
      const services = await openServices(config, await openDatabase(config), silent)
      opened.push(services)
      return services
    }
    const [memory, shared] = [await open({}), await open({ CACHE_LOC: `127.0.0.1:${port}` })]
    const authorization = `Token ${await rootToken(memory)}`
    const json = (method: string, body: unknown): RequestInit => ({
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const ask = (services: Services, path: string, init: RequestInit) => app.request(path, init, services)
    for (let i = 1; i <= 20; i++) await ask(memory, '/frames/', json('POST', newFrame(`frame-${i}`)))
    const noTls = { mode: 'disable', rootCert: null, cert: null, key: null } as const
    const plain = openPostgres(
      { url: replica, tls: noTls },
      { openSocket: openPgSocket, reads: true, deadlineMs: 5000 },
    )
    const without = (services: Services): Services => ({ ...services, reader: plain, search: plain, replica: null })
    for (const { replica } of [memory, shared])
      while (!replica!.status().isUsed) await new Promise((resolve) => setTimeout(resolve, 50))
    // nobody has written for more than a minute
    const calm = (services: Services): Services => ({
      ...services,
      ownWrites: { ...services.ownWrites, of: once(services) },
    })
    const token = { headers: { authorization } }
    const path = '/frames/7/'
    const change = json('PATCH', { exposure_time: 31 })
    const variants: Variant[] = [
      { name: 'detail, anonymous, before', services: without(memory), path, init: {}, beside: null },
      { name: 'detail, anonymous', services: memory, path, init: {}, beside: 'detail, anonymous, before' },
      { name: 'detail, token, before', services: without(memory), path, init: token, beside: null },
      { name: 'detail, token', services: calm(memory), path, init: token, beside: 'detail, token, before' },
      { name: 'detail, token that has written', services: memory, path, init: token, beside: 'detail, token, before' },
      { name: 'detail, token, Memcached, before', services: without(shared), path, init: token, beside: null },
      {
        name: 'detail, token, Memcached',
        services: calm(shared),
        path,
        init: token,
        beside: 'detail, token, Memcached, before',
      },
      { name: 'PATCH, before', services: without(memory), path, init: change, beside: null },
      { name: 'PATCH', services: memory, path, init: change, beside: 'PATCH, before' },
      { name: 'PATCH, Memcached, before', services: without(shared), path, init: change, beside: null },
      { name: 'PATCH, Memcached', services: shared, path, init: change, beside: 'PATCH, Memcached, before' },
    ]
    const texts = new Set<string>()
    for (const { services, path, init } of variants.slice(0, 7))
      texts.add(await (await ask(services, path, init)).text())
    if (texts.size !== 1) throw new Error('the answers differ')
    const times = new Map(variants.map(({ name }) => [name, [] as number[]]))
    for (let round = 0; round <= ROUNDS; round++)
      for (const { name, services, path, init } of variants) {
        const began = performance.now()
        for (let i = 0; i < REQUESTS; i++) {
          const answer = await ask(services, path, init)
          if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
          await answer.arrayBuffer()
        }
        // the first round warms up
        if (round > 0) times.get(name)!.push((performance.now() - began) / REQUESTS)
      }
    for (const { name, beside } of variants) {
      const own = times.get(name)!
      const ratio = beside && median(own.map((time, i) => time / times.get(beside)![i]!))
      console.log(`${name.padEnd(36)} ${median(own).toFixed(3)} ms${ratio ? `  ${ratio.toFixed(3)}` : ''}`)
    }
    await plain.end()
  } finally {
    for (const services of opened) await services.close()
    memcached.kill()
    await pair.stop()
  }
}

/** Looks into the cache as the archive does, and finds nothing of the user. */
const once =
  ({ ownWrites }: Services) =>
  (user: number): Promise<number | null> =>
    ownWrites.of(-user)

await main()
