import { tally } from '../../../tally.ts'
import type { RequestListener, RequestRecord } from '../../../telemetry.ts'
import { counter, type Measure, type MeasuredValue } from './measures.ts'

/** Upper bounds of the times that requests take, in seconds: from a detail to what a time-out ends. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const BOUNDS_MS = BOUNDS.map((seconds) => seconds * 1000)

const ZIPS = new Set(['framesZip', 'framesZipGet'])

/** What the requests of one operation have cost. */
interface Spent {
  byStatus: Map<number | null, number>
  /** How many took so long, by the index of their bound; beyond the last one: longer. */
  buckets: number[]
  count: number
  ms: number
  databaseMs: number
  waitedMs: number
  statements: number
  bytes: number
  brokenOff: number
}

/** Counts the requests of a process. */
export interface RequestNumbers extends RequestListener {
  measures(): Measure[]
}

/**
 * Counts requests by operation in plain numbers, of which the measures are made when they are asked
 * for: prom-client's own histogram and counters take three microseconds of each request.
 */
export function countRequests(): RequestNumbers {
  const spent = new Map<string, Spent>()
  return {
    ended(record) {
      const known = spent.get(record.operation)
      const of = known ?? nothingSpent()
      if (!known) spent.set(record.operation, of)
      add(of, record)
      if (record.operation === 'framesCreate') noteRefusal(record.status)
    },
    measures: () => measuresOf([...spent]),
  }
}

/** What became of a record that `POST /frames/` did not write: the operation counts those that it wrote. */
function noteRefusal(status: number | null): void {
  if (status === 400) tally.records.single.refused++
  else if (status === null || status >= 500) tally.records.single.failed++
}

const nothingSpent = (): Spent => ({
  byStatus: new Map(),
  buckets: new Array(BOUNDS.length + 1).fill(0),
  count: 0,
  ms: 0,
  databaseMs: 0,
  waitedMs: 0,
  statements: 0,
  bytes: 0,
  brokenOff: 0,
})

function add(of: Spent, { status, ms, databaseMs, waitedMs, statements, bytes, outcome }: RequestRecord): void {
  let bucket = 0
  while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++
  of.buckets[bucket]!++
  of.byStatus.set(status, (of.byStatus.get(status) ?? 0) + 1)
  of.count++
  of.ms += ms
  of.databaseMs += databaseMs
  of.waitedMs += waitedMs
  of.statements += statements
  of.bytes += bytes
  if (outcome === 'broken off') of.brokenOff++
}

function measuresOf(all: readonly (readonly [operation: string, spent: Spent])[]): Measure[] {
  const by = (value: (spent: Spent) => number): MeasuredValue[] =>
    all.map(([operation, spent]) => ({ labels: { operation }, value: value(spent) }))
  const byStatus = all.flatMap(([operation, spent]) =>
    [...spent.byStatus].map(([status, value]) => ({ labels: { operation, status: String(status ?? 'none') }, value })),
  )
  const zipBytes = all.reduce((sum, [operation, { bytes }]) => sum + (ZIPS.has(operation) ? bytes : 0), 0)
  return [
    counter(
      'http_requests_total',
      'Requests answered, by operation (its operationId; none: no such path, or refused before) and status (none: the client left before).',
      byStatus,
    ),
    durations(all),
    counter(
      'http_requests_broken_off_total',
      'Requests whose answer was not sent whole.',
      by((spent) => spent.brokenOff),
    ),
    counter(
      'http_database_seconds_total',
      'Time of the statements of requests; of those side by side, the sum.',
      by((spent) => spent.databaseMs / 1000),
    ),
    counter(
      'http_pool_wait_seconds_total',
      'Time that requests waited for a connection to the database.',
      by((spent) => spent.waitedMs / 1000),
    ),
    counter(
      'http_statements_total',
      'Statements that requests sent to the database.',
      by((spent) => spent.statements),
    ),
    counter(
      'http_response_bytes_total',
      'Bytes of the bodies of answers that were sent.',
      by((spent) => spent.bytes),
    ),
    counter('zip_bytes_total', 'Bytes of ZIPs and their manifests that were sent.', zipBytes),
  ]
}

function durations(all: readonly (readonly [operation: string, spent: Spent])[]): Measure {
  const name = 'platestack_http_request_duration_seconds'
  const values = all.flatMap(([operation, { buckets, count, ms }]): MeasuredValue[] => {
    let below = 0
    return [
      ...buckets.map((n, i) => {
        below += n
        return { metricName: `${name}_bucket`, labels: { operation, le: BOUNDS[i] ?? '+Inf' }, value: below }
      }),
      { metricName: `${name}_sum`, labels: { operation }, value: ms / 1000 },
      { metricName: `${name}_count`, labels: { operation }, value: count },
    ]
  })
  return { name, help: 'Time until the whole answer was sent.', type: 'histogram', aggregator: 'sum', values }
}
