import { bytesToHex } from '@noble/hashes/utils.js'
import { ArchiveError, throttled } from '../errors.ts'
import type { Services } from '../services.ts'

/** Failures are forgotten this long after the first of them. */
const WINDOW_SECONDS = 900

/** What failures are counted by. */
export interface Limit {
  /** What is tried, and who is counted, for the log. */
  what: string
  key: string
  /** So many tries may fail before the next has to wait: a second, then two, four and so on. */
  free: number
  /** Seconds that the waits grow to. */
  longest: number
  /** Whether a success wipes out the failures before it. */
  forgives: boolean
}

/**
 * Does `work` unless too many like it have failed. A failure is an ArchiveError below 500; a try is counted before its outcome is known, so
 * that no more get through by coming at once.
 * @throws ArchiveError `throttled`, with the seconds to wait
 */
export async function limited<T>(services: Services, limits: readonly Limit[], work: () => Promise<T>): Promise<T> {
  const counted: Limit[] = []
  const undo = () => Promise.all(counted.map(({ key }) => services.cache.decrement(tries(key))))
  for (const limit of limits) {
    const wait = await count(services, limit)
    counted.push(limit)
    if (wait === 0) continue
    await undo()
    throw throttled(wait)
  }
  try {
    const result = await work()
    await undo()
    for (const { key, forgives } of counted)
      if (forgives) await Promise.all([tries(key), turn(key)].map((each) => services.cache.delete(each)))
    return result
  } catch (error) {
    if (!(error instanceof ArchiveError && error.status < 500)) await undo()
    throw error
  }
}

const tries = (key: string): string => `tries:${key}`
const turn = (key: string): string => `turn:${key}`

/** Counts a try; answers the seconds after which it may be made, 0: now. Of those that come after a wait, the first has its turn. */
async function count({ cache, log }: Services, { what, key, free, longest }: Limit): Promise<number> {
  const beyond = (await cache.increment(tries(key), WINDOW_SECONDS)) - free
  if (beyond <= 0) return 0
  const wait = Math.min(longest, 2 ** Math.min(beyond - 1, 20))
  const place = await cache.increment(turn(key), wait)
  if (place <= 1) return 0
  if (place === 2) log.warn('too many failures: further tries have to wait', { what, seconds: wait })
  return wait
}

/** Names and addresses in the form of a cache's key, whatever is in them. */
const keyOf = ({ keys }: Services, ...parts: string[]): string => bytesToHex(keys.hashToken(parts.join('\n')))

const KNOWN_SECONDS = 14 * 86_400

/**
 * What log-ins are limited by. An account that is attacked from everywhere has waits of half a minute for all, except from where its user
 * has logged in within two weeks: so nobody can be locked out by others.
 */
export async function loginLimits(services: Services, username: string, address: string): Promise<Limit[]> {
  const name = JSON.stringify(username)
  const pair = `login:${keyOf(services, username, address)}`
  const limits: Limit[] = [
    {
      what: `log-ins from ${address}`,
      key: `login:${keyOf(services, address)}`,
      free: 20,
      longest: 300,
      forgives: false,
    },
    { what: `log-ins as ${name} from ${address}`, key: pair, free: 5, longest: 300, forgives: true },
  ]
  if (!(await services.cache.get(`known:${pair}`)))
    limits.push({
      what: `log-ins as ${name}`,
      key: `login:as:${keyOf(services, username)}`,
      free: 20,
      longest: 30,
      forgives: true,
    })
  return limits
}

/** Remembers that a user has logged in from an address. */
export const rememberLogin = (services: Services, username: string, address: string): Promise<void> =>
  services.cache.set(`known:login:${keyOf(services, username, address)}`, true, KNOWN_SECONDS)

/** What tokens and bearer tokens that are nobody's are limited by. */
export const credentialLimits = (services: Services, address: string): Limit[] => [
  {
    what: `tokens from ${address}`,
    key: `credentials:${keyOf(services, address)}`,
    free: 30,
    longest: 60,
    forgives: false,
  },
]
