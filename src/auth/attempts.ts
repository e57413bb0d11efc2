import { bytesToHex } from '@noble/hashes/utils.js'
import { ArchiveError, throttled } from '../errors.ts'
import { tally } from '../tally.ts'
import type { IdentityServices } from './identity_services.ts'

/** Failures are forgotten this long after the first of them. */
const WINDOW_SECONDS = 900

type AttemptServices = Pick<IdentityServices, 'cache' | 'keys' | 'log'>

/** How many attempts of one kind may fail. */
export interface Limit {
  /** What is attempted, and who is counted, for the log. */
  what: string
  key: string
  /** How many may fail before the next has to wait: a second, then two, four and so on. */
  free: number
  /** The longest wait, in seconds. */
  longest: number
  /** Whether a success wipes out the failures before it. */
  forgives: boolean
}

/**
 * Makes an attempt unless too many like it have failed. A failure is an ArchiveError below 500; an
 * attempt is counted before its outcome is known, so that no more get through by coming at once.
 * @throws ArchiveError `throttled`, with the seconds to wait
 */
export async function limitAttempts<T>(
  services: AttemptServices,
  limits: readonly Limit[],
  attempt: () => Promise<T>,
): Promise<T> {
  const counted: Limit[] = []
  const uncount = () => Promise.all(counted.map(({ key }) => services.cache.decrement(tries(key))))
  for (const limit of limits) {
    const wait = await countAttempt(services, limit)
    counted.push(limit)
    if (wait === 0) continue
    await uncount()
    tally.throttled.attempts++
    throw throttled(wait)
  }
  try {
    const result = await attempt()
    await uncount()
    for (const { key, forgives } of counted)
      if (forgives) await Promise.all([tries(key), turn(key)].map((each) => services.cache.delete(each)))
    return result
  } catch (error) {
    if (!(error instanceof ArchiveError && error.status < 500)) await uncount()
    throw error
  }
}

const tries = (key: string): string => `tries:${key}`
const turn = (key: string): string => `turn:${key}`

/**
 * Counts an attempt.
 * @returns the seconds after which it may be made, 0: now. Of those that come after a wait, the
 * first has its turn.
 */
async function countAttempt({ cache, log }: AttemptServices, { what, key, free, longest }: Limit): Promise<number> {
  const beyond = (await cache.increment(tries(key), WINDOW_SECONDS)) - free
  if (beyond <= 0) return 0
  const wait = Math.min(longest, 2 ** Math.min(beyond - 1, 20))
  const place = await cache.increment(turn(key), wait)
  if (place <= 1) return 0
  if (place === 2) log.warn('too many failures: further tries have to wait', { what, seconds: wait })
  return wait
}

/** Names and addresses as a cache key, whatever characters they have. */
const keyOf = ({ keys }: AttemptServices, ...parts: string[]): string => bytesToHex(keys.hashToken(parts.join('\n')))

const BY_ADDRESS = { free: 20, longest: 300, forgives: false }
const BY_ACCOUNT_AND_ADDRESS = { free: 5, longest: 300, forgives: true }
const BY_ACCOUNT = { free: 20, longest: 30, forgives: true }
const CREDENTIALS = { free: 30, longest: 60, forgives: false }

const KNOWN_SECONDS = 14 * 86_400

/**
 * The limits of log-ins. An account that is attacked from everywhere has waits of half a minute for
 * all, except from where its user has logged in within two weeks: so nobody can be locked out by
 * others.
 */
export async function loginLimits(services: AttemptServices, username: string, address: string): Promise<Limit[]> {
  const name = JSON.stringify(username)
  const pair = `login:${keyOf(services, username, address)}`
  const limits: Limit[] = [
    { what: `log-ins from ${address}`, key: `login:${keyOf(services, address)}`, ...BY_ADDRESS },
    { what: `log-ins as ${name} from ${address}`, key: pair, ...BY_ACCOUNT_AND_ADDRESS },
  ]
  if (!(await services.cache.get(`known:${pair}`)))
    limits.push({ what: `log-ins as ${name}`, key: `login:as:${keyOf(services, username)}`, ...BY_ACCOUNT })
  return limits
}

/** Remembers that a user has logged in from an address. */
export const rememberLogin = (services: AttemptServices, username: string, address: string): Promise<void> =>
  services.cache.set(`known:login:${keyOf(services, username, address)}`, true, KNOWN_SECONDS)

/** The limits of tokens and bearer tokens that nobody holds. */
export const credentialLimits = (services: AttemptServices, address: string): Limit[] => [
  { what: `tokens from ${address}`, key: `credentials:${keyOf(services, address)}`, ...CREDENTIALS },
]
