import type { Portal } from './auth/portal.ts'
import type { Cache } from './cache/cache.ts'
import { pause } from './concurrency.ts'
import type { Config } from './config/config.ts'
import { DatabaseTimeout } from './database/faults.ts'
import type { Pool } from './database/open.ts'
import type { FileStore } from './files/store/store.ts'
import type { Exchange } from './messages/events.ts'
import { ping } from './queries/ping.ts'
import type { Probe, Probes } from './readiness.ts'
import type { Replica } from './replica/replica.ts'

/** How long a ping may take, in milliseconds. */
const PING_MS = 1_800
/** The portal is asked less often: it is another's server. */
const HOLDS_MS = { own: 1_000, portal: 15_000 }

/** What there is to be asked. */
interface Asked {
  config: Config
  writer: Pool
  reader: Pool
  replica?: Replica | null
  cache: Cache
  exchange: Exchange | null
  store: FileStore
  /** The portal of this moment: another may take its place. */
  portalNow(): Portal
}

/** How the services of an archive are asked whether they answer. */
export function probesOf({ config, writer, cache, exchange, store, portalNow, ...asked }: Asked): Probes {
  const { database } = config
  const reported = (ask: Probe['ask']): Probe => ({ needed: false, holdsMs: HOLDS_MS.own, ask })
  const needed = (ask: Probe['ask']): Probe => ({ needed: true, holdsMs: HOLDS_MS.own, isBusy, ask })
  const hasReplica = database.kind === 'postgres' && database.reader !== database.writer
  return {
    // a statement of the embedded one may take longer than anybody waits, and it is never away
    database:
      database.kind === 'embedded'
        ? needed(() => Promise.race([ping(writer), pause(PING_MS / 2)]))
        : needed(() => ping(writer.withLimits({ deadlineMs: PING_MS }))),
    ...(hasReplica && { replica: reported(() => askReplica(asked)) }),
    // without S3 the archive is searched, and gives addresses of files; without its directory it
    // serves no file, where another process of the archive may
    ...(store.probe && { files: (store.kind === 'local' ? needed : reported)(() => store.probe!()) }),
    ...(cache.probe && { cache: reported(() => cache.probe!()) }),
    ...(exchange && { messages: reported(() => exchange.connect()) }),
    portal: {
      ...reported(async () => portalNow().probe?.()),
      holdsMs: HOLDS_MS.portal,
      isThere: () => portalNow().probe !== undefined,
    },
  }
}

const isBusy = (error: unknown): boolean => error instanceof DatabaseTimeout && error.code === 'POOL_BUSY'

/** Reads turn to the writer where the replica is left alone: then it is not well, though they are answered. */
async function askReplica({ reader, replica }: Pick<Asked, 'reader' | 'replica'>): Promise<void> {
  await ping(reader.withLimits({ deadlineMs: PING_MS }))
  const reason = replica?.status().reason
  if (reason) throw new Error(reason)
}
