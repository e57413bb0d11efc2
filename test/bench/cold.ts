import assert from 'node:assert/strict'
import { get } from 'node:http'
import { parseArgs } from 'node:util'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { inRepository } from '../support/data.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { prepareWorkerd } from '../support/workerd.ts'
import { publicIds } from './answers.ts'
import { median } from './median.ts'

const help = `npm run bench:cold: how long a Worker takes from nothing to its first answer, beside an empty Worker

Usage: npm run bench:cold -- [FOLDER] [--rounds N]

Starts workerd with an empty Worker and with dist/worker in turns, each time as a new process, and asks it one thing, on a PostgreSQL
of its own. It first checks that the answers are right. Gives the median of the milliseconds to the answer and, in brackets, of the
processor time, which other programs on the machine disturb less; then what is beyond the empty Worker.
FOLDER is another build's dist/worker to be measured in the same turns, for instance that of the release before.

  --rounds N   starts of each for each row; 15 unless given
`
const EMPTY = "export default { fetch: () => new Response('empty') }\n"
const FRAMES = 1000

interface Case {
  name: string
  path: string
  variables?: Record<string, string>
  /** Throws for what is not the right answer. */
  check(body: unknown): void
}

interface Frame {
  id: number
  url: string
}

/** URLs are signed without a server. */
const ON_S3 = {
  FILESTORE_TYPE: 's3',
  BUCKET: 'bench',
  S3_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
}

const casesFor = (id: number): Case[] => [
  { name: '/health/', path: '/health/', check: (body) => assert.equal(body, 'ok') },
  { name: 'detail', path: `/frames/${id}/`, check: (body) => assert.equal((body as Frame).id, id) },
  {
    name: 'page of 10',
    path: '/frames/?limit=10',
    check: (body) => assert.equal((body as { results: Frame[] }).results.length, 10),
  },
  {
    name: 'detail, on S3',
    path: `/frames/${id}/`,
    variables: ON_S3,
    check: (body) => assert.match((body as Frame).url, /^http:\/\/127\.0\.0\.1:9\/bench\/.+X-Amz-Signature=/),
  },
]

interface Start {
  wall: number
  cpu: number
}

const ask = (port: number, path: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false }, async (answer) => {
      let text = ''
      for await (const chunk of answer.setEncoding('utf8')) text += chunk
      resolve({ status: answer.statusCode!, text })
    })
    request.on('error', reject)
  })

/** One start, from the process to the answer. */
async function start(
  { start }: ReturnType<typeof prepareWorkerd>,
  path: string,
  check?: Case['check'],
): Promise<Start> {
  const begun = performance.now()
  const workerd = await start()
  try {
    const { status, text } = await ask(workerd.port, path)
    const wall = performance.now() - begun
    const cpu = workerd.cpu() ?? Number.NaN
    assert.equal(status, 200, text)
    check?.(JSON.parse(text))
    return { wall, cpu }
  } finally {
    await workerd.stop()
  }
}

const medians = (starts: Start[]): Start => ({
  wall: median(starts.map(({ wall }) => wall)),
  cpu: median(starts.map(({ cpu }) => cpu)),
})
const show = ({ wall, cpu }: Start): string => `${wall.toFixed(0)} (${cpu.toFixed(0)})`

async function bench(folders: readonly string[], rounds: number): Promise<void> {
  const database = await startPostgres()
  const line = (name: string, cells: string[]) =>
    process.stdout.write(`${name.padEnd(16)}${cells.map((cell) => cell.padStart(14)).join('')}\n`)
  const variables = {
    DATABASE_URL: await database.createDatabase('platestack_bench'),
    PGSSLMODE: 'disable',
    SECRET_KEY: 'a key of the bench',
    FILESTORE_TYPE: 'dummy',
    PROCESSED_EXCHANGE_ENABLED: 'False',
  }
  try {
    const sql = poolAt(variables.DATABASE_URL)
    await migrate(sql)
    await database.psql('platestack_bench', { file: inRepository('test/bench/fill.sql') }, { frames: String(FRAMES) })
    const [id] = await publicIds(sql, 1)
    await sql.end({ timeout: 5 })
    line('ms (cpu)', ['empty', ...folders.flatMap((_, i) => [i ? `FOLDER ${i}` : 'archive', 'beyond'])])
    for (const { name, path, variables: more, check } of casesFor(id!)) {
      const empty = prepareWorkerd({ text: EMPTY }, {})
      const archives = folders.map((folder) => prepareWorkerd({ folder }, { ...variables, ...more }))
      // the first also has the database know its key
      for (const archive of archives) await start(archive, path, check)
      const starts: Start[][] = [[], ...archives.map(() => [])]
      for (let round = 0; round < rounds; round++) {
        starts[0]!.push(await start(empty, path))
        for (const [i, archive] of archives.entries()) starts[i + 1]!.push(await start(archive, path, check))
      }
      const [least, ...taken] = starts.map(medians)
      const beyond = (own: Start) => ({ wall: own.wall - least!.wall, cpu: own.cpu - least!.cpu })
      line(name, [show(least!), ...taken.flatMap((own) => [show(own), show(beyond(own))])])
      for (const each of [empty, ...archives]) each.remove()
    }
  } finally {
    await database.stop()
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '15' }, help: { type: 'boolean', short: 'h', default: false } },
})
if (values.help) process.stdout.write(help)
else await bench([inRepository('dist/worker'), ...positionals], Number(values.rounds))
