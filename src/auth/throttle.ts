import type { Cache } from '../cache/cache.ts'
import type { Rate } from '../config/config.ts'

/** Whose requests are counted together: a user's, by id, or those of a network address. */
export type Counted = { user: number } | { address: string }

/** The period of a rate in which a moment (in Unix seconds) lies: its number, its begin and its end. */
export function periodOf(
  { seconds }: Pick<Rate, 'seconds'>,
  now: number,
): { number: number; from: number; to: number } {
  const number = Math.floor(now / seconds)
  return { number, from: number * seconds, to: (number + 1) * seconds }
}

const keyOf = (who: Counted, period: number): string =>
  `throttle:${'user' in who ? `user:${who.user}` : `address:${who.address}`}:${period}`

/**
 * Counts a request against a rate.
 * @returns how many seconds there are until the next period, if it is one too many; else 0
 */
export async function countRequest(cache: Cache, who: Counted, rate: Rate): Promise<number> {
  const now = Math.floor(Date.now() / 1000)
  const period = periodOf(rate, now)
  const count = await cache.increment(keyOf(who, period.number), rate.seconds, rate.requests)
  return count > rate.requests ? period.to - now : 0
}

/** How many requests have been counted in the period in which `now` (in Unix seconds) lies. */
export const countedRequests = async (cache: Cache, who: Counted, rate: Rate, now: number): Promise<number> =>
  (await cache.get<number>(keyOf(who, periodOf(rate, now).number))) ?? 0
