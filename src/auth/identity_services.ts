import type { Cache } from '../cache/cache.ts'
import type { Pool } from '../database/open.ts'
import type { Log } from '../log.ts'
import type { RequestAccount } from '../telemetry.ts'
import type { Keys } from './keys.ts'
import type { Portal } from './portal.ts'

/** What finding out who somebody is needs of the archive's services. */
export interface IdentityServices {
  writer: Pool
  cache: Cache
  keys: Keys
  portal: Portal
  log: Log
  /** The request that somebody is identified for. */
  request?: RequestAccount
}
