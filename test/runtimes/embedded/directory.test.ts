import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openEmbedded } from '../../../src/runtimes/embedded/embedded.ts'
import { POSTGRES_MAJOR } from '../../../src/runtimes/embedded/pglite_backend.ts'
import { inRepository } from '../../support/data.ts'

const quiet = { onnotice: () => {} }
const top = mkdtempSync(join(tmpdir(), 'platestack-embedded-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))
const codeOf = (error: unknown): unknown => (error as { code?: string }).code

const failure = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(() => 'no error', codeOf)

// The end of the client in the middle of a statement, which PostgreSQL takes for the end of the session.
const FATAL = 'create temp table t (n int); copy t from stdin'

describe('a directory', () => {
  const dir = join(top, 'lasting', 'database')

  test('that was left half made is made anew, and opened by one process at a time', async () => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, 'PG_VERSION'), `${POSTGRES_MAJOR}\n`)
    writeFileSync(`${dir}.unfinished`, '')
    const { sql, close } = await openEmbedded(dir, quiet)
    expect(existsSync(`${dir}.unfinished`)).toBe(false)
    expect((await sql`show server_version`)[0]!.server_version).toMatch(new RegExp(`^${POSTGRES_MAJOR}\\.`))
    expect((await sql`show fsync`)[0]!.fsync).toBe('on')
    await expect(openEmbedded(dir, quiet)).rejects.toThrow(`is in use by process ${process.pid}`)
    await sql`create table kept (n int)`
    await sql`insert into kept values (1)`
    process.exitCode = 7
    await close()
    expect(process.exitCode).toBe(7)
    process.exitCode = undefined
    expect(existsSync(`${dir}.lock`)).toBe(false)
    // 1: "shut down", the state in which nothing has to be recovered
    expect(readFileSync(join(dir, 'global/pg_control')).readUInt32LE(16)).toBe(1)
  })

  test('is opened again after a clean end; PostgreSQL is started again on it when it dies, with all that was committed', async () => {
    const { sql, close } = await openEmbedded(dir, quiet)
    expect([...(await sql`select n from kept`)]).toEqual([{ n: 1 }])
    await sql`insert into kept values (2)`
    expect(await failure(sql.unsafe(FATAL))).toBe('58000')
    expect([...(await sql`select n from kept order by n`)]).toEqual([{ n: 1 }, { n: 2 }])
    await sql.begin((tx) => tx`select ${1}::int`)
    const overrun = sql.begin(async (tx) => {
      await tx`insert into kept values (3)`
      await failure(tx`select ${'['.repeat(50_000)}::text::json`)
      await tx`insert into kept values (4)`
    })
    const beside = Array.from({ length: 5 }, (_, i) => sql`select ${i}::int as n`.execute())
    expect(await failure(overrun)).toBe('58000')
    expect((await Promise.all(beside)).map(([row]) => row!.n)).toEqual([0, 1, 2, 3, 4])
    // statements prepared before, settings of the connection
    expect(
      await sql.begin(async (tx) => (await tx`select ${7}::int as n, current_setting('TimeZone') as zone`)[0]),
    ).toEqual({ n: 7, zone: 'UTC' })
    expect(await sql.begin(async (tx) => (await tx`select ${8}::int as n`)[0])).toEqual({ n: 8 })
    expect([...(await sql`select n from kept order by n`)]).toEqual([{ n: 1 }, { n: 2 }])
    await close()
  })

  test('of another release of PostgreSQL is refused', async () => {
    const version = join(dir, 'PG_VERSION')
    const text = readFileSync(version)
    writeFileSync(version, '17\n')
    await expect(openEmbedded(dir, quiet)).rejects.toThrow('was made by PostgreSQL 17')
    writeFileSync(version, text)
    expect(existsSync(`${dir}.lock`)).toBe(false)
  })

  test('whose process is killed while it writes is locked until then, and has every acknowledged row', async () => {
    const script = await bundledWriter()
    onTestFinished(() => rmSync(script))
    const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    while (!printed.includes('\n1\n')) await new Promise((resolve) => setTimeout(resolve, 20))
    await expect(openEmbedded(dir, quiet)).rejects.toThrow(`is in use by process ${child.pid}`)
    await new Promise((resolve) => setTimeout(resolve, 700))
    child.kill('SIGKILL')
    await once(child, 'close')
    const acknowledged = Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1))
    const { sql, close } = await openEmbedded(dir, quiet)
    const [found] =
      await sql`select count(*)::int as n, max(n) as last, count(*) filter (where length(padding) <> n % 3000)::int as torn from written`
    expect(found!.n).toBe(found!.last + 1)
    expect(found!.n).toBeGreaterThan(acknowledged)
    expect(found!.torn).toBe(0)
    expect(acknowledged).toBeGreaterThan(0)
    await close()
  })
})

/** The program of support/embedded_writer.ts, as one that Node can run. */
async function bundledWriter(): Promise<string> {
  const root = inRepository('')
  // inside the repository, whence it finds its packages
  const outfile = join(root, `node_modules/.cache/platestack/writer-${process.pid}.mjs`)
  const entryPoints = [join(root, 'test/support/embedded_writer.ts')]
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  return outfile
}
