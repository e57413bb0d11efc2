import type { Config } from './config/config.ts'
import type { Sql } from './database/sql.ts'
import type { Log } from './log.ts'
import { trackOutage } from './log.ts'
import * as settings from './queries/settings.ts'

/** The configuration types that frames may have. */
export interface ConfigurationTypes {
  /** The list known now; at most an hour old where configdb answers. The same array until it changes. */
  known(): Promise<readonly string[]>
  /** The list, asked for anew if it lacks `type` and is more than a minute old: good data must not be refused for a stale list. */
  knownWith(type: unknown): Promise<readonly string[]>
}

const HOUR = 3_600_000
const MINUTE = 60_000
const TIMEOUT_MS = 5000
const SETTING = 'configuration_types'

export function configurationTypes(
  { configurationTypes: { configdbUrl, accepted } }: Config,
  sql: Sql,
  log: Log,
): ConfigurationTypes {
  if (configdbUrl === null) return { known: async () => accepted, knownWith: async () => accepted }
  const away = trackOutage(
    log,
    'configdb does not answer: going on with the configuration types last known',
    'configdb answers again',
  )
  let types: readonly string[] | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | null = null

  async function ask(): Promise<void> {
    askedAt = Date.now()
    try {
      types = await fetchTypes(configdbUrl!)
      away.end()
      await settings.put(sql, SETTING, types)
    } catch (error) {
      away.begin({ error: String(error) })
      types ??= (await settings.get<string[]>(sql, SETTING)) ?? accepted
    }
  }
  async function atMost(age: number): Promise<readonly string[]> {
    if (types === null || Date.now() - askedAt > age) {
      asking ??= ask().finally(() => {
        asking = null
      })
      await asking
    }
    return types!
  }
  return {
    known: () => atMost(HOUR),
    async knownWith(type) {
      const known = await atMost(HOUR)
      return typeof type !== 'string' || known.includes(type) ? known : atMost(MINUTE)
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
