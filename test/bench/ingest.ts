import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { ingesterVariables } from '../support/python.ts'
import { s3Variables, testS3 } from '../support/s3.ts'
import { checkRecords } from '../support/same_records.ts'
import { type Closers, closingAfter } from './closing.ts'
import { cpuSeconds, parentOf } from './cpu.ts'
import { checkArchive } from './ingest_checks.ts'
import { type BenchFile, makeFiles } from './ingest_files.ts'
import { type Cost, runPlatestack, runPuts, runPython, s3Processes } from './ingest_run.ts'
import { startServer } from './server.ts'

const help = `npm run bench:ingest: files per second into an archive on a PostgreSQL and an S3 server (Ceph) of their own

Usage: npm run bench:ingest -- [--files N] [--python-files N] [--size BYTES] [--python-only]

Makes small fpacked frames with some 120 cards of an observatory's headers, raw and reduced ones. Checks that the published
Python library and platestack make the same records of a sample; then ingests different files with the library (a loop, as in
its documentation, and pools of 2 and 8 processes) and with platestack ingest, through the API and directly into the database,
and puts others into S3 without an archive, for comparison; and checks that each file is a frame, with an object in S3 of its MD5.
The library's time is without its start, platestack's with it.

  --files N          files for platestack; 10000 unless given. It has a tenth of them first, so that growth of memory shows
  --python-files N   files for each way of the library; 300 unless given
  --size BYTES       of a file, about; 20000 unless given
  --python-only      the library alone

Needs ocs_ingester (test/support/python.sh installs it) and fpack.
`
const MIB = 2 ** 20
/** Plain PUTs of S3's client that are on their way together. */
const PUTS = 16
/** Files whose records are compared. */
const SAMPLE = 40
/** Files that go in before anything is measured. */
const WARM_UP = 20

const say = (line: string): void => void process.stdout.write(`${line}\n`)

interface Options {
  files: number
  pythonFiles: number
  size: number
  pythonOnly: boolean
}

/** An archive with its database and its S3 server, and what their work costs. */
async function startArchive(closers: Closers) {
  const database = await startPostgres()
  closers.unshift(() => database.stop())
  const s3 = await testS3()
  closers.unshift(() => s3.remove())
  const url = await database.createDatabase()
  const sql = poolAt(url, { max: 1 })
  closers.unshift(() => sql.end({ timeout: 5 }))
  await migrate(sql)
  const variables = s3Variables(s3.config, s3.port)
  const direct = { DATABASE_URL: url, PROCESSED_EXCHANGE_ENABLED: 'False', ...variables }
  const root = { SUPERUSER_USERNAME: 'root', SUPERUSER_PASSWORD: 'a long enough password' }
  await runPlatestack(['createsuperuser', '--noinput'], { ...direct, ...root })
  const token = (await runPlatestack(['token', 'root'], direct)).stdout.trim()
  const server = await startServer(url, [], variables)
  closers.unshift(() => server.stop())
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  const postmaster = parentOf(backend!.pid)!
  const ceph = s3Processes(s3.gateway)
  /** Processor seconds used so far. */
  const used = () => ({
    archive: cpuSeconds(server.pid) ?? Number.NaN,
    database: cpuSeconds(postmaster) ?? Number.NaN,
    s3: ceph.reduce((sum, pid) => sum + (cpuSeconds(pid) ?? Number.NaN), 0),
  })
  return { sql, s3, variables, direct, token, base: server.base, used }
}

async function bench({ files, pythonFiles, size, pythonOnly }: Options, closers: Closers): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'platestack-bench-ingest-'))
  closers.unshift(() => rm(folder, { recursive: true, force: true }))
  const archive = await startArchive(closers)
  const library = ingesterVariables(archive.base, archive.token, archive.variables)
  const ingested: BenchFile[] = []
  let camera = 10
  /** Files that nobody has had before, in a folder of their own. */
  const fresh = async (count: number) => {
    const inside = join(folder, String(camera))
    const made = await makeFiles(inside, `fa${camera++}`, count, size)
    ingested.push(...made)
    return { inside, paths: made.map((file) => file.path) }
  }

  const rates = new Map<string, number>()
  const measure = async (
    label: string,
    count: number,
    run: (what: { inside: string; paths: string[] }) => Promise<Cost>,
  ) => {
    const what = await fresh(count)
    const before = archive.used()
    const { seconds, cpu, peak } = await run(what)
    const after = archive.used()
    rates.set(label, count / seconds)
    const each = (total: number) => ((1000 * total) / count).toFixed(1).padStart(6)
    const spent = [cpu, ...(['archive', 'database', 's3'] as const).map((who) => after[who] - before[who])]
    say(
      `${label.padEnd(26)} ${String(count).padStart(6)} files ${(count / seconds).toFixed(1).padStart(8)}/s ${spent.map(each).join(' ')} ${(peak / MIB).toFixed(0).padStart(6)} MiB`,
    )
  }

  const python = (processes: number) => (what: { paths: string[] }) => runPython(what.paths, processes, library)
  const ours = (args: string[], env: Record<string, string>) => (what: { inside: string }) =>
    runPlatestack(['ingest', ...args, what.inside], env)
  const remote = ours(['--api-root', `${archive.base}/`, '--auth-token', archive.token], archive.variables)
  const direct = ours([], archive.direct)

  if (!pythonOnly) {
    const sample = await makeFiles(join(folder, 'sample'), 'fa00', SAMPLE, size)
    const dryRun = async (paths: readonly string[]) =>
      (await runPlatestack(['ingest', '--dry-run', '--json', ...paths], {})).stdout
    await checkRecords(
      sample.map((file) => file.path),
      dryRun,
      library,
    )
    say(`the records of ${SAMPLE} files are those of the library`)
  }
  await python(1)(await fresh(WARM_UP))
  if (!pythonOnly) {
    await remote(await fresh(WARM_UP))
    await direct(await fresh(WARM_UP))
  }
  say(`\n${'CPU, ms a file:'.padStart(72)}\n${'client archive database S3    peak memory'.padStart(94)}`)
  const stored = ingested.length
  await runPuts((await fresh(WARM_UP * 10)).paths, PUTS, archive.s3)
  await measure(`plain PUTs, ${PUTS} at a time`, Math.max(pythonFiles, 1000), (what) =>
    runPuts(what.paths, PUTS, archive.s3),
  )
  // they are no frames
  ingested.length = stored
  for (const processes of [1, 2, 8])
    await measure(`ocs_ingester, ${processes} at a time`, pythonFiles, python(processes))
  if (!pythonOnly) {
    const few = Math.max(1, Math.round(files / 10))
    for (const count of [few, files]) await measure(`platestack remote, ${count}`, count, remote)
    for (const count of [few, files]) await measure(`platestack direct, ${count}`, count, direct)
  }
  await checkArchive(archive.sql, archive.s3, ingested)
  say(`\nall ${ingested.length} files are frames, with objects of their MD5 in S3`)
  if (pythonOnly) return
  for (const way of ['remote', 'direct']) {
    const rate = rates.get(`platestack ${way}, ${files}`)!
    const times = [1, 2, 8].map(
      (n) => `${(rate / rates.get(`ocs_ingester, ${n} at a time`)!).toFixed(1)} (${n} at a time)`,
    )
    say(`platestack ${way}: times ${times.join(', ')} the library's files a second; 20 wanted`)
  }
}

async function main(): Promise<void> {
  const number = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({
    options: {
      files: number('10000'),
      'python-files': number('300'),
      size: number('20000'),
      'python-only': { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return say(help)
  const options = {
    files: Number(values.files),
    pythonFiles: Number(values['python-files']),
    size: Number(values.size),
    pythonOnly: values['python-only'],
  }
  await closingAfter((closers) => bench(options, closers))
}

await main()
