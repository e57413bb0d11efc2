import { mkdirSync, realpathSync } from 'node:fs'
import type { DriverOptions, Pool } from '../../database/open.ts'
import { openPool } from '../../database/pool.ts'
import { query } from '../../database/sql.ts'
import { lockFile } from './directory_lock.ts'
import { type Backend, startInDirectory, startInMemory } from './pglite_backend.ts'
import { PgliteSocket, type Served } from './pglite_socket.ts'

export interface Embedded {
  /**
   * One connection, on which queries run one after the other. A transaction holds it: what is sent
   * beside it waits for its end.
   */
  sql: Pool
  /**
   * Lets what was sent come to its end, then closes the database. No query may be sent any more.
   */
  close(): Promise<void>
}

/**
 * Opens the database in a directory, making it if there is none (null: a new one in memory, without
 * a trace). PostGIS and pg_trgm can be created in it. The driver's options are those for any
 * PostgreSQL, except for where the server is; times are in UTC and ISO format. Throws when another
 * process has the directory open, and when it holds no database that can be opened.
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
  const sql = openPool(
    {
      url: null,
      options: { ...options, connection: { TimeZone: 'UTC', DateStyle: 'ISO', ...options.connection } },
      openSocket: async () => new PgliteSocket(served),
    },
    {
      max: 1,
      queue: null,
      // a statement runs to its end before anything else is heard
      deadlineMs: null,
      transactionDeadlineMs: null,
      cancels: false,
      prepare: 'always',
      reads: false,
      optionalSettings: {},
      warn: () => {},
    },
  )
  const stopUpkeep = keepUp(sql)
  let closed: Promise<void> | null = null
  const close = async () => {
    stopUpkeep()
    await sql.end({ timeout: GRACE_S })
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

/**
 * A transaction that does not come to its end is not waited for longer than a service manager waits
 * for us.
 */
const GRACE_S = 8

const UPKEEP_MS = 15_000

/** Does now and then what PostgreSQL's background processes would do. */
function keepUp(sql: Pool): () => void {
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
