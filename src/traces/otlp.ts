import { statementName } from '../database/statement_names.ts'
import { newSpanId, type RequestRecord, type Span } from '../telemetry.ts'
import { version } from '../version.ts'

/** The time on the system's clock of the zero of performance.now(): the two drift apart. */
const clockZero = (): number => Date.now() - performance.now()

/** What OTLP wants in JSON: 64-bit numbers as text. */
const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n)

interface Attribute {
  key: string
  value: { stringValue: string } | { intValue: string }
}
const attribute = (key: string, value: string | number): Attribute => ({
  key,
  value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
})

const attributesOf = (values: Record<string, string | number | null>): Attribute[] =>
  Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [attribute(key, value)]))

const SERVER = 2
const CLIENT = 3
const FAILED = { code: 2 }

/** The methods that the semantic conventions know. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'])

/**
 * A request as spans of OTLP, with the names of OpenTelemetry's semantic conventions: itself, its
 * statements by their names in sql/, never with a value, and its questions to other servers.
 */
export function spansOf(record: RequestRecord): object[] {
  const { trace, method, route, status, outcome } = record
  const zero = clockZero()
  const id = newSpanId()
  const times = (began: number, ms: number) => ({
    startTimeUnixNano: nanoseconds(zero + began),
    endTimeUnixNano: nanoseconds(zero + began + ms),
  })
  const known = method !== null && METHODS.has(method) ? method : '_OTHER'
  const hasFailed = status === null || status >= 500 || outcome === 'broken off'
  const request = {
    traceId: trace.traceId,
    spanId: id,
    ...(trace.parentId !== null && { parentSpanId: trace.parentId }),
    ...(trace.state !== null && { traceState: trace.state }),
    name: `${known === '_OTHER' ? 'HTTP' : known}${route === null ? '' : ` ${route}`}`,
    kind: SERVER,
    ...times(record.began, record.ms),
    attributes: attributesOf({
      'http.request.method': known,
      'http.route': route,
      'url.path': record.path,
      'http.response.status_code': status,
      'http.response.body.size': record.bytes,
      'error.type': hasFailed ? (outcome === 'broken off' ? outcome : String(status)) : null,
      'user.id': record.caller === null ? null : String(record.caller),
      'platestack.operation': record.operation,
      'platestack.request_id': record.id,
      'platestack.database.ms': Math.round(record.databaseMs),
      'platestack.database.waited_ms': Math.round(record.waitedMs),
      'platestack.database.statements': record.statements,
    }),
    ...(hasFailed && { status: FAILED }),
  }
  const part = (span: Span) => ({
    traceId: trace.traceId,
    spanId: span.id ?? newSpanId(),
    parentSpanId: id,
    ...aboutPart(span),
    kind: CLIENT,
    ...times(span.began, span.ms),
    ...(span.hasFailed && { status: FAILED }),
  })
  return [request, ...(record.spans ?? []).map(part)]
}

function aboutPart({ what, server }: Span): { name: string; attributes: Attribute[] } {
  if (server !== undefined)
    return { name: String(what), attributes: attributesOf({ 'server.address': server.replace(/:\d+$/, '') }) }
  const name = typeof what === 'string' ? what : statementName(what)
  return { name, attributes: attributesOf({ 'db.system.name': 'postgresql', 'db.query.summary': name }) }
}

/** The body of a request to an OTLP receiver. */
export const encodeTraces = (resource: Readonly<Record<string, string>>, spans: readonly object[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'platestack', version }, spans }],
      },
    ],
  })
