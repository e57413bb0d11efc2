/** Where a request belongs in a trace that spans several programs (W3C Trace Context). */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** The span of whoever asked: 16 hexadecimal digits; null: the trace begins with this request. */
  readonly parentId: string | null
  /** Whether whoever asked records its spans. */
  readonly isSampled: boolean
  /** What the systems that a trace passes through keep in it, as it came. */
  readonly state: string | null
}

/** A part of a request's time: a statement, or a question to another server. */
export interface Span {
  /** What was done: of a call some words, of a statement its template, from which its name can be told. */
  readonly what: string | object
  /** Whom a call went to; absent: it is a statement. */
  readonly server?: string
  /** On the clock of performance.now(). */
  readonly began: number
  readonly ms: number
  readonly hasFailed: boolean
  /** 16 hexadecimal digits; absent: nobody else knows it. */
  readonly id?: string
}

/** What became of one request. */
export interface RequestRecord {
  /** Sent by the client or nginx, or made here: what its log lines and its answer carry. */
  readonly id: string
  readonly trace: TraceContext
  /** The user's id; null: nobody has signed in, or it was refused before that was known. */
  readonly caller: number | null
  /** The operationId; NO_OPERATION: no operation has that path, or not by that method. */
  readonly operation: string
  /** The operation's path, as in `/frames/{id}/`; null: none. */
  readonly route: string | null
  /** Null: it could not be read. */
  readonly method: string | null
  /** As it was sent, without a query and without a ticket; null: it could not be read. */
  readonly path: string | null
  /** Null: the client left before there was an answer. */
  readonly status: number | null
  /** When it began, on the clock of performance.now(). */
  readonly began: number
  /** Milliseconds until the answer was sent, or broken off. */
  readonly ms: number
  /** Milliseconds of all its statements; of those that run side by side, the sum. */
  readonly databaseMs: number
  /** Milliseconds that it waited for a connection to the database. */
  readonly waitedMs: number
  readonly statements: number
  /** Bytes of the answer's body that were sent. */
  readonly bytes: number
  /** Whether the whole answer was sent. */
  readonly outcome: 'whole' | 'broken off'
  /** What it did meanwhile; null: no listener wanted that. */
  readonly spans: readonly Span[] | null
}

/** Who is told of requests: the log, metrics, traces. */
export interface RequestListener {
  /** Whether it wants the spans of a request of this trace; absent: never. */
  wantsSpans?(trace: TraceContext): boolean
  /** Called once for each request, when it is over. It must neither throw nor take long. */
  ended(record: RequestRecord): void
}

/** Stands for the operation where a path has none. */
export const NO_OPERATION = 'none'

const MAX_SPANS = 200

function wantsSpans(listeners: readonly RequestListener[], trace: TraceContext): boolean {
  for (const listener of listeners) if (listener.wantsSpans?.(trace)) return true
  return false
}

/** A question to another server. */
export interface Call {
  /** What it is sent, so that its spans belong to the same trace. */
  readonly headers: Readonly<Record<string, string>>
  end(hasFailed: boolean): void
}

/** The record of a request that is being answered: whoever does something for it notes it here. */
export class RequestAccount implements RequestRecord {
  readonly began = performance.now()
  caller: number | null = null
  operation = NO_OPERATION
  route: string | null = null
  status: number | null = null
  ms = 0
  databaseMs = 0
  waitedMs = 0
  statements = 0
  bytes = 0
  /** Whether its answer is being sent while it is made, so that it ends later. */
  isStreamed = false
  outcome: 'whole' | 'broken off' = 'whole'
  readonly id: string
  readonly trace: TraceContext
  readonly method: string | null
  readonly spans: Span[] | null
  // declared private, and not #private: that would cost each request a microsecond
  private readonly url: string | null
  private readonly listeners: readonly RequestListener[]
  private over = false

  constructor(
    id: string,
    trace: TraceContext,
    method: string | null,
    url: string | null,
    listeners: readonly RequestListener[],
  ) {
    this.id = id
    this.trace = trace
    this.method = method
    this.url = url
    this.listeners = listeners
    this.spans = wantsSpans(listeners, trace) ? [] : null
  }

  get path(): string | null {
    return this.url === null ? null : redactPath(this.url)
  }

  /** Notes that it waited for a connection to the database. */
  waited(ms: number): void {
    this.waitedMs += ms
  }

  /** Notes that a statement has run. */
  ran(template: object, began: number, ms: number, hasFailed: boolean): void {
    this.statements++
    this.databaseMs += ms
    if (this.spans && this.spans.length < MAX_SPANS) this.spans.push({ what: template, began, ms, hasFailed })
  }

  /**
   * Notes that another server is asked.
   * @param what some words, as in `GET profile`
   * @param server its host
   */
  call(what: string, server: string): Call {
    const { spans, trace } = this
    const { traceId, parentId, isSampled, state } = trace
    const id = spans || !parentId ? newSpanId() : parentId
    const traceparent = `00-${traceId}-${id}-${spans || isSampled ? '01' : '00'}`
    const began = performance.now()
    return {
      headers: { traceparent, ...(state !== null && { tracestate: state }) },
      end: (hasFailed) => {
        const ms = performance.now() - began
        if (spans && spans.length < MAX_SPANS) spans.push({ what, server, began, ms, hasFailed, id })
      },
    }
  }

  get isOver(): boolean {
    return this.over
  }

  /** Tells the listeners that it is over; only the first time counts. */
  end(status: number | null, bytes: number, outcome: 'whole' | 'broken off'): void {
    if (this.over) return
    this.over = true
    this.status = status
    this.bytes = bytes
    this.outcome = outcome
    this.ms = performance.now() - this.began
    for (const listener of this.listeners) listener.ended(this)
  }
}

/** A request's header; undefined or null: it has none. */
type ReadHeader = (name: string) => string | null | undefined

/**
 * The account of a request that begins.
 * @param url its target as it was sent, or a URL; null: it could not be read
 */
export function openAccount(
  header: ReadHeader,
  method: string | null,
  url: string | null,
  listeners: readonly RequestListener[],
): RequestAccount {
  const sent = header('x-request-id')
  const known = sent && REQUEST_ID.test(sent) ? sent : null
  const id = known ?? newId()
  const trace = readTrace(header) ?? beginTrace(known === null || TRACE_ID.test(id) ? id : newId())
  return new RequestAccount(id, trace, method, url, listeners)
}

/** What is taken for a request id: anything else could break lines, or fill the log. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/
const STATE = /^[\x20-\x7e]{1,512}$/

/** 32 hexadecimal digits, as nginx's $request_id. */
function newId(): string {
  const uuid = crypto.randomUUID()
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)
}

/** 16 hexadecimal digits. */
export const newSpanId = (): string => newId().slice(0, 16)

/** The trace of a request that begins one: it has the request's id, where that can be one of a trace. */
const beginTrace = (traceId: string): TraceContext => ({ traceId, parentId: null, isSampled: false, state: null })

/** The trace that a request is part of; null: none. */
function readTrace(header: ReadHeader): TraceContext | null {
  const sent = header('traceparent')
  if (!sent) return null
  const found = TRACE_PARENT.exec(sent)
  if (!found || (found[4] !== undefined && sent.startsWith('00'))) return null
  const [, traceId, parentId, flags] = found
  const state = header('tracestate')
  return {
    traceId: traceId!,
    parentId: parentId!,
    isSampled: (Number.parseInt(flags!, 16) & 1) === 1,
    state: state && STATE.test(state) ? state : null,
  }
}

const LONGEST_PATH = 512
/** Most of them, in which there is nothing to hide. */
const PLAIN = /^(?!\/frames\/zip)(\/[\w.~+-]{1,60}){1,8}\/?$/
/** A ticket gives access to a ZIP. */
const TICKET = /^(\/+frames\/+zip\/+)[^/]+/
/**
 * What `seal` makes, wherever it stands: a path with `.` and `..` leads to a ticket too. Its signature, then JSON of
 * an array (`jW`), or JSON deflated.
 */
const SEALED = /[\w-]{32}(?:jW[\w-]{8,}|z[\w-]{60,})/g

/**
 * The path of a request's target, for a log: without queries, which carry signatures, without
 * tickets, and without the host and whatever stands before it.
 */
export function redactPath(url: string): string {
  if (PLAIN.test(url)) return url
  // an address that was encoded as a whole has its signature behind %3F
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/(?:[?#]|%3f).*$/is, '') || '/'
  const decoded = path.replace(/%([0-7][0-9a-f])/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
  const redacted = decoded.replace(TICKET, '$1…').replace(SEALED, '…')
  const shown = redacted === decoded ? path : redacted
  return shown.length > LONGEST_PATH ? `${shown.slice(0, LONGEST_PATH)}…` : shown
}
