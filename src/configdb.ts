import type { Config } from './config/config.ts'
import type { Sql } from './database/sql.ts'
import { type Log, trackOutage } from './log.ts'
import * as settings from './queries/settings.ts'

/** The configuration types that frames may have, as LCO's configdb lists them. */
export interface ConfigurationTypes {
  /** The list, at most an hour old where configdb answers. The same array until it changes. */
  known(): Promise<readonly string[]>
  /**
   * The list, fetched again if it lacks `type` and is more than a minute old: good data must not be
   * refused because of a stale list.
   */
  knownWith(type: unknown): Promise<readonly string[]>
}

const HOUR = 3_600_000
const MINUTE = 60_000
const TIMEOUT_MS = 5000
const SETTING = 'configuration_types'

/**
 * The configuration types of the configured configdb; the configured list where there is none.
 * While configdb is away they are those last known, which the database keeps.
 */
export function connectConfigdb(
  { configdbUrl, accepted }: Config['configurationTypes'],
  sql: Sql,
  log: Log,
): ConfigurationTypes {
  if (configdbUrl === null) return { known: async () => accepted, knownWith: async () => accepted }
  const unreachable = trackOutage(
    log,
    'configdb does not answer: going on with the configuration types last known',
    'configdb answers again',
    { name: 'configdb' },
  )
  let types: readonly string[] | null = null
  let fetchedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | null = null

  async function refresh(): Promise<void> {
    fetchedAt = Date.now()
    try {
      types = await fetchTypes(configdbUrl!)
      unreachable.end()
      await settings.put(sql, SETTING, types)
    } catch (error) {
      unreachable.begin({ error: String(error) })
      types ??= (await settings.get<string[]>(sql, SETTING)) ?? accepted
    }
  }
  async function noOlderThan(ms: number): Promise<readonly string[]> {
    if (types === null || Date.now() - fetchedAt > ms) {
      fetching ??= refresh().finally(() => {
        fetching = null
      })
      await fetching
    }
    return types!
  }
  return {
    known: () => noOlderThan(HOUR),
    async knownWith(type) {
      const known = await noOlderThan(HOUR)
      return typeof type !== 'string' || known.includes(type) ? known : noOlderThan(MINUTE)
    },
  }
}

async function fetchTypes(configdbUrl: string): Promise<string[]> {
  const response = await fetch(`${configdbUrl}/instruments/`, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`configdb answered ${response.status}`)
  const body = (await response.json()) as {
    results?: { instrument_type?: { configuration_types?: { code?: unknown }[] } }[]
  }
  const codes = (body.results ?? []).flatMap((i) => (i.instrument_type?.configuration_types ?? []).map((t) => t.code))
  const types = [...new Set(codes.filter((c): c is string => typeof c === 'string' && c !== ''))].sort()
  if (types.length === 0) throw new Error('configdb named no configuration type')
  return types
}
