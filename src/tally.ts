import { NOT_WRITTEN, WRITTEN } from './outcome.ts'

const RECORD_OUTCOMES = [...WRITTEN, ...NOT_WRITTEN] as const

const zeroes = <K extends string>(names: readonly K[]): Record<K, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>

/**
 * What this process has done since it began, counted where it happens, at the cost of an addition:
 * what /metrics shows besides requests and connections.
 */
export const tally = {
  /** Records of frames by what became of them: of `POST /frames/`, and lines of bulk requests. */
  records: { single: zeroes(RECORD_OUTCOMES), bulk: zeroes(RECORD_OUTCOMES) },
  cache: { hit: 0, miss: 0, failed: 0 },
  /** Requests refused because their caller had sent, cost or guessed too much. */
  throttled: { rate: 0, search_budget: 0, attempts: 0 },
  zips: { stream: 0, manifest: 0 },
  /** Messages that the broker has confirmed. */
  published: 0,
  /** When this process last found nothing left to fold into the rollups, as Unix time in milliseconds. */
  foldedAt: null as number | null,
}
