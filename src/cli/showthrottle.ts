import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { networkOfAddress } from '../auth/network.ts'
import { countedRequests, periodOf } from '../auth/throttle.ts'
import type { Cache } from '../cache/cache.ts'
import { mapConcurrently } from '../concurrency.ts'
import { type Config, parseConfig, type Rate } from '../config/config.ts'
import { listUsers, type UserSummary } from '../queries/users/manage.ts'
import { escapeForTerminal } from '../runtimes/node/escape_for_terminal.ts'
import { type Command, CommandError, UsageError } from './command.ts'
import { openMigrated } from './open.ts'
import { openSharedCache } from './shared_cache.ts'
import { formatTable } from './table.ts'

/** Counters that are asked for at a time. */
const AT_ONCE = 50

export const showthrottle: Command = {
  help: `platestack showthrottle: how many requests callers have made in this period, and who is throttled

Usage: platestack showthrottle [--address ADDRESS...] [--json]

Shows the rates (THROTTLE_ANON, THROTTLE_USER), and each user who has made requests in this period. Staff are not counted. Anonymous
requests are counted by address, and there is no list of addresses: name those that you want to see.

  --address ADDRESS   show this address too; may be given several times. All addresses of an IPv6 /64 are counted together
  --json              one JSON object on standard output: rates (anon, user: requests, seconds), periods (anon, user: from, to), counts (users:
                      username, requests, throttled; addresses: address, requests, throttled; null: they cannot be seen), reason

The counts are in Memcached (CACHE_LOC). Without it they are in the memory of the running archive, where no other program can see them:
then only the rates are shown, and the exit code is 0.
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { address: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean', default: false } },
    })
    if (values.address.includes('')) throw new UsageError('--address needs a value')
    const wrong = values.address.find((address) => isIP(address) === 0)
    if (wrong !== undefined) throw new UsageError(`--address is an IP address like 192.0.2.7, and not '${wrong}'`)
    const config = parseConfig(process.env)
    const now = Math.floor(Date.now() / 1000)
    const counts = await readCounts(config, values.address, now)
    process.stdout.write(
      values.json ? `${JSON.stringify(asJson(config, counts, now))}\n` : describe(config, counts, now),
    )
    return 0
  },
}

interface Count {
  requests: number
  throttled: boolean
}
interface Counts {
  users: ({ username: string } & Count)[]
  addresses: ({ address: string } & Count)[]
}

const UNSEEN =
  'CACHE_LOC is not set: the counts are in the memory of the running archive, where no other program can see them'

/** null: they are in the memory of another process. */
async function readCounts(config: Config, addresses: readonly string[], now: number): Promise<Counts | null> {
  const cache = await openSharedCache(config)
  if (!cache) return null
  try {
    const { anon, user } = config.throttle
    const users = await mapConcurrently(await readUsers(config), AT_ONCE, async ({ id, username }) => ({
      username,
      ...(await countOf(cache, { user: id }, user, now)),
    }))
    const networks = [...new Set(addresses.map(networkOfAddress))]
    const counted = await mapConcurrently(networks, AT_ONCE, async (address) => ({
      address,
      ...(await countOf(cache, { address }, anon, now)),
    }))
    if (!cache.hasAnswered()) throw new CommandError('Memcached (CACHE_LOC) does not answer: the counts cannot be seen')
    return { users: users.filter(({ requests }) => requests > 0), addresses: counted }
  } finally {
    await cache.close()
  }
}

async function readUsers(config: Config): Promise<UserSummary[]> {
  const { writer, close } = await openMigrated(config)
  try {
    return (await listUsers(writer)).filter(({ is_staff, is_superuser }) => !is_staff && !is_superuser)
  } finally {
    await close()
  }
}

async function countOf(
  cache: Cache,
  who: Parameters<typeof countedRequests>[1],
  rate: Rate,
  now: number,
): Promise<Count> {
  const counted = await countedRequests(cache, who, rate, now)
  // what is refused is counted too
  return { requests: counted, throttled: counted > rate.requests }
}

function asJson({ throttle }: Config, counts: Counts | null, now: number): object {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString()
  const span = (rate: Rate) => ({ from: at(periodOf(rate, now).from), to: at(periodOf(rate, now).to) })
  return {
    rates: throttle,
    periods: { anon: span(throttle.anon), user: span(throttle.user) },
    counts,
    reason: counts ? null : UNSEEN,
  }
}

function describe({ throttle: { anon, user } }: Config, counts: Counts | null, now: number): string {
  const until = (rate: Rate) =>
    `${new Date(periodOf(rate, now).to * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const lines = [
    `Callers who are not signed in: ${anon.requests} requests in ${anon.seconds} s for each address; this period ends ${until(anon)}.`,
    `Users: ${user.requests} requests in ${user.seconds} s each; this period ends ${until(user)}. Staff are not counted.`,
  ]
  if (!counts) lines.push(`${UNSEEN}.`)
  else {
    const word = ({ requests, throttled }: Count): [number, string] => [requests, throttled ? 'throttled' : '']
    const rows = [
      ...counts.users.map((one) => [escapeForTerminal(one.username), ...word(one)]),
      ...counts.addresses.map((one) => [escapeForTerminal(one.address), ...word(one)]),
    ]
    if (counts.users.length === 0) lines.push('No user has made a request in this period.')
    if (rows.length) lines.push(...formatTable(['caller', 'requests', ''], rows))
  }
  return `${lines.join('\n')}\n`
}
