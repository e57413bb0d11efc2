import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, transform } from 'esbuild'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import worker from '../../../src/runtimes/worker/worker.ts'
import { inRepository } from '../../support/data.ts'

const root = inRepository('')

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
    'of %s builds, and only drivers and the runtime ask for modules of Node',
    async (entry) => {
      const { metafile, warnings } = await bundle(entry)
      expect(warnings).toEqual([])
      const outside = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
        // <runtime> is esbuild's own
        imports.filter(({ external, path }) => external && path !== '<runtime>').map(({ path }) => `${file} ${path}`),
      )
      // the drivers, and what the runtime itself gives
      const mayAsk = /^(node_modules\/(postgres\/cf|amqplib)|src\/runtimes\/worker)\//
      expect(outside.filter((line) => !mayAsk.test(line))).toEqual([])
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
      for (const unwelcome of ['@electric-sql/pglite', '@hono/node-server', 'memjs'])
        expect(packages).not.toContain(unwelcome)
      // of which the app knows nothing
      expect(packages.includes('amqplib')).toBe(entry !== 'src/app.ts')
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
  test.each([
    ['without a PostgreSQL', {}, 'DATABASE_URL: expected a PostgreSQL server'],
    ['with a directory', { DATABASE_URL: 'postgres://a@b/c', FILESTORE_TYPE: 'local' }, 'FILESTORE_TYPE: expected s3'],
    ['with Memcached', { DATABASE_URL: 'postgres://a@b/c', CACHE_LOC: 'cache' }, 'CACHE_LOC: expected nothing'],
  ])('does not work %s, and says so in its log alone', async (_, env, reason) => {
    const logged = vi.spyOn(console, 'log').mockImplementation(() => {})
    onTestFinished(() => logged.mockRestore())
    const answer = await worker.fetch(new Request('https://archive.example/health/'), env, { waitUntil: () => {} })
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { detail: 'The archive failed. The fault is in its log.' },
    ])
    expect(logged.mock.calls.map(([line]) => JSON.parse(line).message).join()).toContain(reason)
  })
})
