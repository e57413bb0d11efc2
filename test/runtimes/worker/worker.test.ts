import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import worker from '../../../src/runtimes/worker/worker.ts'
import { inRepository } from '../../support/data.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const root = inRepository('')
const KEY = 'a key of the tests'

describe('the bundle for workerd', () => {
  const bundle = (entry: string) =>
    build({
      absWorkingDir: root,
      entryPoints: [entry],
      outdir: 'dist',
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*', 'node:*'],
      logLevel: 'silent',
    })

  test.each(['src/app.ts', 'src/runtimes/worker/worker.ts'])(
    'of %s builds, and only the PostgreSQL driver asks for modules of Node',
    async (entry) => {
      const { metafile, warnings } = await bundle(entry)
      expect(warnings).toEqual([])
      const outside = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
        // <runtime> is esbuild's own
        imports.filter(({ external, path }) => external && path !== '<runtime>').map(({ path }) => `${file} ${path}`),
      )
      const own = 'src/runtimes/worker/connections.ts node:async_hooks'
      expect(outside.filter((line) => !line.startsWith('node_modules/postgres/cf/') && line !== own)).toEqual([])
      const ours = Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'))
      expect(ours).toContain('src/app.ts')
      expect(
        ours.filter(
          (file) =>
            file.startsWith('src/cli/') ||
            (file.startsWith('src/runtimes/') && !file.startsWith('src/runtimes/worker/')),
        ),
      ).toEqual([])
      const packages = Object.keys(metafile.inputs).flatMap(
        (file) => file.match(/^node_modules\/((@[^/]+\/)?[^/]+)/)?.[1] ?? [],
      )
      for (const unwelcome of ['@electric-sql/pglite', '@hono/node-server', 'amqplib', 'memjs'])
        expect(packages).not.toContain(unwelcome)
    },
  )

  test('of our own code reads no global of Node', async () => {
    const { metafile } = await bundle('src/app.ts')
    for (const file of Object.keys(metafile.inputs).filter((name) => name.startsWith('src/'))) {
      // without its comments, which may name what the code does not use
      const loader = file.endsWith('.tsx') ? 'tsx' : 'ts'
      const { code } = await transform(await readFile(join(root, file), 'utf8'), { loader })
      expect(`${file}: ${code.match(/\b(process\.|Buffer\.|__dirname|setImmediate|require\()/)?.[0]}`).toBe(
        `${file}: undefined`,
      )
    }
  })
})

describe('the Worker', () => {
  let pg: TestPostgres
  let url: string
  beforeAll(async () => {
    pg = await startPostgres()
    url = await pg.createDatabase(undefined, 'template')
  })
  afterAll(() => pg.stop())

  async function fetched(env: Record<string, unknown>, path: string, headers: Record<string, string> = {}) {
    const after: Promise<unknown>[] = []
    const request = new Request(`https://archive.example${path}`, { headers: { host: 'archive.example', ...headers } })
    try {
      return await worker.fetch(request, env, { waitUntil: (work) => void after.push(work) })
    } finally {
      await Promise.all(after)
    }
  }

  test('answers from the PostgreSQL of its environment, and leaves no connection open', async () => {
    const env = { DATABASE_URL: url, SECRET_KEY: KEY }
    const response = await fetched(env, '/frames/?limit=1')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ count: 0, next: null, previous: null, results: [] })
    const [name] = new URL(url).pathname.split('/').slice(1)
    const left = await pg.psql('postgres', { sql: `select count(*) from pg_stat_activity where datname = '${name}'` })
    expect(left.trim()).toBe('0')
  })

  test('believes no X-Forwarded-* of a client', async () => {
    const env = { DATABASE_URL: url, SECRET_KEY: KEY }
    const spoofed = { 'x-forwarded-host': 'mordor.example', 'x-forwarded-proto': 'http' }
    const response = await fetched(env, '/', spoofed)
    expect(await response.json()).toMatchObject({ frames: 'https://archive.example/frames/' })
  })

  test('asks Hyperdrive, where it is bound, and no other', async () => {
    const env = { DATABASE_URL: 'postgres://a@127.0.0.1:9/c', HYPERDRIVE: { connectionString: url }, SECRET_KEY: KEY }
    expect((await fetched(env, '/frames/?limit=1')).status).toBe(200)
  })

  test.each([
    ['without a PostgreSQL', {}, 'DATABASE_URL: expected a PostgreSQL server'],
    ['with a directory', { DATABASE_URL: 'postgres://a@b/c', FILESTORE_TYPE: 'local' }, 'FILESTORE_TYPE: expected s3'],
    ['with Memcached', { DATABASE_URL: 'postgres://a@b/c', CACHE_LOC: 'cache' }, 'CACHE_LOC: expected nothing'],
  ])('does not work %s, and says so in its log alone', async (_, env, reason) => {
    const logged = vi.spyOn(console, 'log').mockImplementation(() => {})
    onTestFinished(() => logged.mockRestore())
    const answer = await fetched(env, '/health/')
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { detail: 'The archive failed. The fault is in its log.' },
    ])
    expect(logged.mock.calls.map(([line]) => JSON.parse(line).message).join()).toContain(reason)
  })
})
