import { mkdirSync, realpathSync } from 'node:fs'
import postgres from 'postgres'
import { query } from '../sql.ts'
import { lockFile } from './directory_lock.ts'
import { type Backend, startInDirectory, startInMemory } from './pglite_backend.ts'
import { PgliteSocket, type Served } from './pglite_socket.ts'

export type DriverOptions = postgres.Options<Record<string, postgres.PostgresType>>

export interface Embedded {
  /** One connection, on which queries run one after the other. A transaction holds it: what is sent beside it waits for its end. */
  sql: postgres.Sql
  /** Lets what was sent come to its end, then closes the database. No query may be sent any more. */
  close(): Promise<void>
}

/**
 * Opens the database in a directory, making it if there is none (null: a new one in memory, without a trace). PostGIS and pg_trgm can be
 * created in it. The driver's options are those for any PostgreSQL, except for where the server is; times are in UTC and ISO format.
 * Throws when another process has the directory open, and when it holds no database that can be opened.
 */
export async function openEmbedded(dir: string | null, options: DriverOptions = {}): Promise<Embedded> {
  if (dir === null) return embed(await startInMemory(), options)
  const path = canonical(dir)
  const unlock = lockFile(`${path}.lock`, `the database in ${dir}`)
  try {
    const { sql, close } = await embed(await startInDirectory(path), options, () => startInDirectory(path))
    return { sql, close: () => close().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}

/** One path for one directory, however it is named, so that it has one lock. */
function canonical(dir: string): string {
  mkdirSync(dir, { recursive: true })
  return realpathSync(dir)
}

const lost = async (): Promise<Backend> => {
  throw new Error('the embedded database was in memory, and is lost')
}

/** A driver on a backend; `again` starts another on the same data should it die. */
export async function embed(first: Backend, options: DriverOptions = {}, again = lost): Promise<Embedded> {
  let backend = first
  let restart: Promise<Backend> | null = null
  const served: Served = {
    session: null,
    async backend() {
      if (!backend.died) return backend
      restart ??= backend.close().then(again)
      try {
        backend = await restart
      } finally {
        restart = null
      }
      return backend
    },
  }
  const driver = {
    ...options,
    max: 1,
    ssl: false,
    connection: { TimeZone: 'UTC', DateStyle: 'ISO', ...options.connection },
    socket: () => new PgliteSocket(served),
  }
  const sql = postgres(driver) as unknown as postgres.Sql
  const stopUpkeep = keepUp(sql)
  let closed: Promise<void> | null = null
  const close = async () => {
    stopUpkeep()
    await settle(sql)
    await sql.end({ timeout: 1 })
    await backend.close()
  }
  return {
    sql,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

const GRACE_MS = 8_000

/**
 * Waits for what was sent before. The driver's end() waits for what the server has been sent, not for what still queues; a query of ours
 * comes after all of it. A transaction that does not come to its end is not waited for longer than a service manager waits for us.
 */
async function settle(sql: postgres.Sql): Promise<void> {
  let late: NodeJS.Timeout | undefined
  const last = sql`select 1`.then(
    () => {},
    () => {},
  )
  await Promise.race([last, new Promise((resolve) => (late = setTimeout(resolve, GRACE_MS)))])
  clearTimeout(late)
}

const UPKEEP_MS = 15_000

/** Does now and then what PostgreSQL's background processes would do. */
function keepUp(sql: postgres.Sql): () => void {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    try {
      const due = (await query(sql, 'embedded/upkeep', {})) as unknown as { statement: string }[]
      for (const { statement } of due) await sql.unsafe(statement)
    } catch {
      // of no consequence for anybody's request, and tried again soon
    } finally {
      busy = false
    }
  }, UPKEEP_MS)
  timer.unref()
  return () => clearInterval(timer)
}
