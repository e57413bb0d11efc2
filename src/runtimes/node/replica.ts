import type { Config } from '../../config/config.ts'
import { nameServer } from '../../config/connections.ts'
import { openPostgres, type Pool, type PostgresOptions, type ServerPool } from '../../database/open.ts'
import { type Log, silent } from '../../log.ts'
import { readsOf } from '../../replica/reads.ts'
import { type Replica, watchReplica } from '../../replica/replica.ts'

/** A server that does not say for so long where it is counts as away. */
const PROBE_MS = 1_000

interface ReplicaOptions {
  database: Extract<Config['database'], { kind: 'postgres' }>
  quick: PostgresOptions
  searches: PostgresOptions
  log: Log | undefined
}

/** The pools for reads of the configured replica, which turn to the writer where it cannot answer. */
export function openReplica(
  { writer, writerSearch }: { writer: ServerPool; writerSearch: ServerPool },
  { database, quick, searches, log = silent }: ReplicaOptions,
): { reader: Pool; search: Pool; replica: Replica } {
  const probing = { ...quick, reads: false, max: 1, deadlineMs: PROBE_MS }
  const atWriter = openPostgres(database.writer, probing)
  const atReplica = openPostgres(database.reader, { ...probing, closed: () => watched.forget() })
  const watched = watchReplica({
    writer: atWriter,
    probe: atReplica,
    maxLagS: database.maxLagS,
    server: nameServer(database.reader),
    log,
  })
  const close = async () => {
    await watched.close()
    await Promise.all([atWriter, atReplica].map((pool) => pool.end({ timeout: 1 })))
  }
  const replica = { ...watched, close }
  return {
    reader: readsOf(replica, openPostgres(database.reader, quick), writer),
    search: readsOf(replica, openPostgres(database.reader, searches), writerSearch),
    replica,
  }
}
