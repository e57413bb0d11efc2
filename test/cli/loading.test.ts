import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dataFile } from '../support/data.ts'
import { platestack, type Variables } from '../support/program.ts'

const FITS = dataFile('fits', 'f32-r.fits.fz')
const NOWHERE = { DATABASE_URL: 'postgres://archive@127.0.0.1:9/archive' }

/** The packages of which a run of the program has loaded modules: Node notes all scripts for its measure of coverage. */
async function loadedBy(args: string[], env: Variables = {}): Promise<{ code: unknown; packages: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-loading-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { code } = await platestack(args, {
    NODE_V8_COVERAGE: folder,
    PLATESTACK_DATA_DIR: join(folder, 'data'),
    ...env,
  })
  const urls = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).result as { url: string }[])
    .map(({ url }) => url)
  expect(urls.some((url) => url.endsWith('/dist/platestack.js'))).toBe(true)
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
  // one small module, which belongs to reading the configuration
  const counted = packages.filter((name) => name !== 'ipaddr.js')
  return { code, packages: [...new Set(counted)].sort() }
}

describe('a command loads no more than it needs', () => {
  test.each([['--version'], ['--help'], ['serve --help'], ['ingest --help']])(
    'platestack %s: no package',
    async (line) => {
      expect(await loadedBy(line.split(' '))).toEqual({ code: 0, packages: [] })
    },
  )

  test.each([
    ['migrate'],
    ['createsuperuser'],
    ['token'],
    ['rotate-secret-key'],
    ['checksum'],
    ['rollups'],
    ['partition'],
    ['deleteframes'],
    ['expireguides'],
    ['users'],
    ['showthrottle'],
    ['cacheaggregates'],
  ])('platestack %s --help: at most the hashes', async (command) => {
    const { code, packages } = await loadedBy([command, '--help'])
    expect(code).toBe(0)
    expect(packages.filter((name) => name !== '@noble/hashes')).toEqual([])
  })

  test('platestack funpack: what inflates GZIP', async () => {
    expect(await loadedBy(['funpack', FITS])).toEqual({ code: 0, packages: ['fflate'] })
  })

  test.each([
    ['checksum'],
    ['token admin'],
    ['migrate'],
    ['rollups'],
    ['partition'],
    ['users list'],
    ['expireguides --dry-run'],
  ])('platestack %s on a server: its driver, and neither the HTTP API nor the embedded database', async (line) => {
    const { code, packages } = await loadedBy(line.split(' '), NOWHERE)
    expect(code).toBe(1)
    expect(packages).toContain('postgres')
    expect(packages.filter((name) => !['@noble/hashes', 'any-ascii', 'fflate', 'postgres'].includes(name))).toEqual([])
  })

  test('platestack ingest into an archive elsewhere: neither database nor the HTTP API', async () => {
    const where = ['--api-root', 'http://127.0.0.1:9/', '--auth-token', 'x', '--retry-for', '0']
    const { code, packages } = await loadedBy(['ingest', '--check-only', ...where, FITS])
    expect(code).toBe(1)
    const heavy = /^(postgres|zod|hono|memjs|amqplib|@hono\/|@aws-sdk\/|@smithy\/|@electric-sql\/|@asteasolutions\/)/
    expect(packages.filter((name) => heavy.test(name))).toEqual([])
  })
})
