import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { tryKeys, WrongKey } from '../../auth/open_keys.ts'
import type { Config, DatabaseConfig, PostgresTarget } from '../../config/config.ts'
import { nameServer } from '../../config/connections.ts'
import { driverOptions, openPostgres, type Pool } from '../../database/open.ts'
import type { Learnt } from '../../database/types.ts'
import { type Check, type Finding, ok, problem } from '../../doctor/finding.ts'
import { checkReplica } from '../../doctor/replica.ts'
import { checkSchema } from '../../doctor/schema.ts'
import { checkServer } from '../../doctor/server.ts'
import { checkWork } from '../../doctor/work.ts'
import { ping } from '../../queries/ping.ts'
import { openPgSocket } from '../../runtimes/node/pg_socket.ts'
import { adviseDatabase, explainDatabaseError } from '../explain.ts'

/** So long may the embedded database take to open, in milliseconds. */
const OPENING_MS = 120_000

/** The checks of the configured database, and what ends its connections. */
export function databaseChecks(config: Config): { checks: Check[]; close(): Promise<void> } {
  const { database, events } = config
  const announces = events.enabled && events.brokerUrl !== null
  /** What is looked at where the connection is there. */
  const lookInside: LookInside = async (sql) => {
    const schema = await checkSchema(sql)
    if (!isMigrated(schema)) return schema
    return [...schema, ...(await checkKey(config, sql)), ...(await checkWork(sql, announces))]
  }
  return database.kind === 'embedded' ? embeddedChecks(database.dir, lookInside) : serverChecks(database, lookInside)
}

type LookInside = (sql: Pool) => Promise<Finding[]>

/** Whether the archive would start with its SECRET_KEY. */
async function checkKey(config: Config, sql: Pool): Promise<Finding[]> {
  try {
    await tryKeys(config, sql)
    return [ok('database', 'SECRET_KEY is the one under which it keeps tokens')]
  } catch (error) {
    if (!(error instanceof WrongKey)) throw error
    const says = config.secretKey === null ? 'SECRET_KEY is not set' : 'SECRET_KEY is another'
    return [
      problem(
        'database',
        `${says}, and the database keeps its tokens under one: the archive does not start`,
        'Set SECRET_KEY to that one. To go over to a new one, run platestack rotate-secret-key.',
      ),
    ]
  }
}

/**
 * The embedded database is opened by one process at a time: while the archive runs the rest is
 * looked at alone.
 */
function embeddedChecks(dir: string, lookInside: LookInside): { checks: Check[]; close(): Promise<void> } {
  let close = async () => {}
  async function run(): Promise<Finding[]> {
    if (!existsSync(dir))
      return [ok('database', `there is no embedded database in ${dir} yet: platestack serve makes it`)]
    const [{ openEmbedded }, { InUse }] = await Promise.all([
      import('../../runtimes/embedded/embedded.ts'),
      import('../../runtimes/embedded/directory_lock.ts'),
    ])
    try {
      const opened = await openEmbedded(dir, driverOptions)
      close = opened.close
      const { sql } = opened
      const connected = { name: `the embedded database in ${dir}`, isLocal: true }
      const found = await checkServer(sql, 'database', connected)
      return [...found, ...(await lookInside(sql))]
    } catch (error) {
      if (!(error instanceof InUse)) throw error
      return [
        ok(
          'database',
          `${error.message}. That is the archive, if it runs: GET /admin/status/ tells of its database, and the rest is looked at here`,
        ),
      ]
    }
  }
  const check: Check = { subject: 'database', name: `the embedded database in ${dir}`, moreMs: OPENING_MS, run }
  return { checks: [check], close: () => close() }
}

const isMigrated = (schema: readonly Finding[]): boolean => !schema.some(({ says }) => says.includes('not migrated'))

function serverChecks(
  database: Extract<DatabaseConfig, { kind: 'postgres' }>,
  lookInside: LookInside,
): { checks: Check[]; close(): Promise<void> } {
  const pools: Pool[] = []
  const open = (target: PostgresTarget, learnt: Learnt): Pool => {
    const pool = openPostgres(target, {
      openSocket: openPgSocket,
      prepare: database.prepare,
      max: 3,
      // the check ends it
      deadlineMs: null,
      learnt,
    })
    pools.push(pool)
    return pool
  }
  const name = nameServer(database.writer)
  const learnt: Learnt = {}
  const writer = open(database.writer, learnt)
  const checks: Check[] = [
    {
      subject: 'database',
      name,
      run: explaining('database', name, async () => {
        await provokePooler(writer)
        const found = await checkServer(writer, 'database', { name, isLocal: isLocal(database.writer), pooler: learnt })
        return [...found, ...(await lookInside(writer))]
      }),
    },
  ]
  if (database.reader !== database.writer) {
    const readerName = nameServer(database.reader)
    const reader = open(database.reader, {})
    checks.push({
      subject: 'replica',
      name: readerName,
      run: explaining('replica', readerName, async () => [
        ...(await checkServer(reader, 'replica', { name: readerName, isLocal: isLocal(database.reader) })),
        ...(await checkReplica(writer, reader).catch((error) => [
          problem(
            'replica',
            `how far it is behind cannot be told: ${(error as Error).message}`,
            'See what is said of the database.',
          ),
        ])),
      ]),
    })
  }
  return { checks, close: async () => void (await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })))) }
}

/** Findings for what a database refuses, in the words of the other commands. */
const explaining =
  (subject: 'database' | 'replica', name: string, run: () => Promise<Finding[]>) => async (): Promise<Finding[]> => {
    try {
      return await run()
    } catch (error) {
      const code = String((error as { code?: unknown }).code ?? '')
      const refused = explainDatabaseError(error as Error, code)
      return [
        problem(
          subject,
          `${name} ${refused ?? `failed: ${(error as Error).message || code}`}`,
          adviseDatabase(code, subject),
        ),
      ]
    }
  }

/** Statements side by side, again and again: a pooler that mixes connections shows itself. */
async function provokePooler(sql: Pool): Promise<void> {
  for (let round = 0; round < 6; round++) await Promise.all(Array.from({ length: 3 }, () => ping(sql)))
}

/** Whether a server is on this machine: then nobody reads along. */
function isLocal(target: PostgresTarget): boolean {
  const host = 'url' in target ? new URL(target.url.replace(/^(\w+:\/\/[^/]*?),[^/]*/, '$1')).hostname : target.host
  const bare = host.replace(/^\[|\]$/g, '')
  return (
    bare === '' ||
    bare.startsWith('/') ||
    bare === 'localhost' ||
    bare === '::1' ||
    (isIP(bare) === 4 && bare.startsWith('127.'))
  )
}
