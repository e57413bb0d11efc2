import type { Log } from './log.ts'
import type { RequestListener, RequestRecord } from './telemetry.ts'

/** Writes a line for each request; of health checks, which come every few seconds, only where they fail. */
export function logRequests(log: Log): RequestListener {
  return {
    ended(record) {
      const isFine = record.status !== null && record.status < 400
      if (isFine && record.route?.startsWith('/health/')) return
      log.info('request', requestFields(record))
    },
  }
}

/** The fields of a request's line. */
export function requestFields(record: RequestRecord): Record<string, unknown> {
  const { id, trace, caller, operation, method, path, status, statements, bytes, outcome } = record
  return {
    request: id,
    ...(trace.traceId === id ? {} : { trace: trace.traceId }),
    caller,
    operation,
    method,
    path,
    status,
    ms: tenths(record.ms),
    database_ms: tenths(record.databaseMs),
    waited_ms: tenths(record.waitedMs),
    statements,
    bytes,
    ...(outcome === 'whole' ? {} : { ended: outcome }),
  }
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10
