import type { RequestListener, RequestRecord } from './telemetry.ts'

/** Has a line written for every request; of health checks, which come every few seconds, only where they fail. */
export const logRequests = (write: (record: RequestRecord) => void): RequestListener => ({
  ended(record) {
    const isFine = record.status !== null && record.status < 400
    if (!isFine || !record.route?.startsWith('/health/')) write(record)
  },
})

/**
 * The line of a request, as formatLogLine() would make it for a multiple of the time: it is the one
 * line that every request has to wait for. What a client has sent is quoted, the rest needs none.
 * @param more begins with a comma, if there is any
 */
export function formatRequestLine(record: RequestRecord, more = ''): string {
  const { id, trace, caller, operation, status, statements, bytes, waitedMs } = record
  const waited = waitedMs >= 0.05 ? `,"waited_ms":${tenths(waitedMs)}` : ''
  const ended = record.outcome === 'whole' ? '' : `,"ended":"${record.outcome}"`
  const traced = trace.traceId === id ? '' : `,"trace":"${trace.traceId}"`
  const asked = `"method":${JSON.stringify(record.method)},"path":${JSON.stringify(record.path)}`
  const spent = `"ms":${tenths(record.ms)},"database_ms":${tenths(record.databaseMs)},"statements":${statements}`
  return `{"time":"${timeNow()}","level":"info","message":"request","request":"${id}"${traced},"caller":${caller},"operation":"${operation}",${asked},"status":${status},${spent}${waited},"bytes":${bytes}${ended}${more}}`
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10

let second = 0
let upToSecond = ''

/** The time as toISOString() has it, which costs more than the rest of the line. */
function timeNow(): string {
  const now = Date.now()
  const ms = now % 1000
  if (now - ms !== second || upToSecond === '') {
    second = now - ms
    upToSecond = new Date(second).toISOString().slice(0, -4)
  }
  return `${upToSecond}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
}
