import { outages } from '../../../log.ts'
import type { Replica } from '../../../replica/replica.ts'
import type { Services } from '../../../services.ts'
import { tally } from '../../../tally.ts'
import { byLabel, counter, gauge, type Measure, type MeasuredValue } from './measures.ts'

/** What a process knows of its HTTP server. */
export interface HttpNumbers {
  inFlight: number
  connections: number
  /** How many connections it takes. */
  mostConnections: number
  /** Connections that were closed because there were too many. */
  refused: number
}

/** What this process has done and what it holds, but for requests. */
export function measureProcess(services: Services, http: HttpNumbers): Measure[] {
  return [...measureHttp(http), ...measurePools(services), ...measureReplica(services.replica), ...measureWork()]
}

const measureHttp = ({ inFlight, connections, mostConnections, refused }: HttpNumbers): Measure[] => [
  gauge('http_requests_in_flight', 'Requests that are being answered.', inFlight),
  gauge('http_connections', 'Connections of clients and proxies.', connections),
  gauge('http_connections_limit', 'How many of them there may be: PLATESTACK_MAX_CONNECTIONS.', mostConnections),
  counter('http_connections_refused_total', 'Connections closed at once because there were too many.', refused),
]

const POOLS = ['writer', 'reader', 'search', 'writerSearch'] as const

/** Of pools that are one and the same, as without a replica, only the first name is shown. */
function measurePools(services: Pick<Services, (typeof POOLS)[number]>): Measure[] {
  const names = POOLS.filter((name, i) => POOLS.findIndex((other) => services[other] === services[name]) === i)
  const states = names.map((pool) => ({ pool, ...services[pool].state() }))
  const by = (value: (state: (typeof states)[number]) => number): MeasuredValue[] =>
    states.map((state) => ({ labels: { pool: state.pool }, value: value(state) }))
  return [
    gauge(
      'pool_connections_limit',
      'Connections to the database that a pool may have.',
      by((s) => s.size),
    ),
    gauge(
      'pool_connections',
      'Connections to the database that it has.',
      by((s) => s.open),
    ),
    gauge(
      'pool_connections_in_use',
      'Those that somebody holds.',
      by((s) => s.inUse),
    ),
    gauge(
      'pool_waiting',
      'Who waits for one.',
      by((s) => s.waiting),
    ),
    counter(
      'pool_refused_total',
      'Who was refused one, or waited too long.',
      by((s) => s.refused),
    ),
    counter(
      'pool_statements_total',
      'Statements that were sent.',
      by((s) => s.statements),
    ),
    counter(
      'pool_statement_failures_total',
      'Statements that ended in an error or too late.',
      by((s) => s.failures),
    ),
  ]
}

/** How a replica is; nothing where there is none. */
export function measureReplica(replica: Pick<Replica, 'status'> | null): Measure[] {
  if (!replica) return []
  const { isUsed, lagS } = replica.status()
  return [
    gauge('replica_used', 'Whether every process sends reads to the replica.', isUsed ? 1 : 0, 'min'),
    gauge('replica_lag_seconds', 'How far the replica is behind, at most.', lagS === null ? [] : lagS, 'max'),
  ]
}

function measureWork(): Measure[] {
  const { records, cache, throttled, zips, published, foldedAt } = tally
  const byOutcome = Object.entries(records).flatMap(([source, outcomes]) =>
    Object.entries(outcomes).map(([outcome, value]) => ({ labels: { source, outcome }, value })),
  )
  const byName = (value: (outage: { now: number; begun: number }) => number): MeasuredValue[] =>
    [...outages].map(([name, outage]) => ({ labels: { outage: name }, value: value(outage) }))
  return [
    counter(
      'cache_reads_total',
      'What was looked for in the cache, by whether it was there: hit, miss.',
      byLabel('result', { hit: cache.hit, miss: cache.miss }),
    ),
    counter('cache_errors_total', 'Questions that Memcached did not answer.', cache.failed),
    counter(
      'ingest_records_total',
      'Records of frames by source (single: POST /frames/, bulk) and what became of them.',
      byOutcome,
    ),
    counter(
      'zip_downloads_total',
      'ZIPs that were begun: streamed, or given to nginx as a manifest.',
      byLabel('delivery', zips),
    ),
    counter(
      'throttled_total',
      'Requests refused with 429: rate (too many), search_budget (too costly searches), attempts (too many failures to sign in).',
      byLabel('limit', throttled),
    ),
    counter('outbox_published_total', 'Messages about frames that the broker has confirmed.', published),
    ...(foldedAt === null
      ? []
      : [
          gauge(
            'rollups_folded_timestamp_seconds',
            'When the rollups were last found up to date, as Unix time.',
            foldedAt / 1000,
            'max',
          ),
        ]),
    gauge(
      'outage',
      'Whether something cannot be reached or done now (1), as some process has noticed.',
      byName(({ now }) => Math.min(1, now)),
      'max',
    ),
    counter(
      'outages_total',
      'Outages that have begun, counted by each process.',
      byName(({ begun }) => begun),
    ),
  ]
}
