import type { TracesConfig } from '../config/config.ts'
import { type Log, trackOutage } from '../log.ts'
import type { RequestListener, RequestRecord } from '../telemetry.ts'
import { encodeTraces, spansOf } from './otlp.ts'
import { createSampler } from './sampler.ts'

/** How many requests may wait to be sent; of more the oldest are dropped. */
const MOST_WAITING = 2048
/** How many are sent at once, at the latest after this time in milliseconds. */
const BATCH = 256
const DELAY_MS = 5_000
const LONGEST_PAUSE_MS = 60_000
const TIMEOUT_MS = 10_000
/** How long a process that ends waits for the receiver. */
const LAST_MS = 2_000

/** Sends the spans of requests. */
export interface TraceExporter extends RequestListener {
  /** Sends what waits, for a short time at most. */
  close(): Promise<void>
}

/**
 * Sends the spans of sampled requests to an OTLP receiver, as JSON over HTTP, in batches. A receiver
 * that is away costs no request anything: a bounded number waits for it, and the log says so once.
 */
export function openTraceExporter(config: TracesConfig, log: Log): TraceExporter {
  const wantsSpans = createSampler(config.sampler)
  const away = trackOutage(log, 'traces cannot be delivered: requests go on without', 'traces are delivered again')
  const waiting: RequestRecord[] = []
  let sending: Promise<void> | null = null
  let pauseMs = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function sendLater(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      send(TIMEOUT_MS)
    }, ms)
    // it must not keep the process alive
    ;(timer as { unref?(): void }).unref?.()
  }
  function send(timeoutMs: number): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    sending ??= deliver(waiting.splice(0, BATCH), timeoutMs).finally(() => {
      sending = null
      if (waiting.length > 0) sendLater(pauseMs || (waiting.length >= BATCH ? 0 : DELAY_MS))
    })
    return sending
  }
  async function deliver(batch: RequestRecord[], timeoutMs: number): Promise<void> {
    const problem = await post(config, encodeTraces(config.resource, batch.flatMap(spansOf)), timeoutMs)
    if (problem === null) {
      pauseMs = 0
      away.end()
      return
    }
    away.begin({ reason: problem.reason, address: new URL(config.url).host })
    pauseMs = Math.min(LONGEST_PAUSE_MS, (pauseMs || DELAY_MS / 2) * 2)
    if (problem.mayPass) waiting.unshift(...batch.slice(0, MOST_WAITING - waiting.length))
  }
  return {
    wantsSpans,
    ended(record) {
      if (record.spans === null) return
      if (waiting.length >= MOST_WAITING) waiting.shift()
      waiting.push(record)
      if (sending) return
      if (waiting.length >= BATCH && pauseMs === 0) void send(TIMEOUT_MS)
      else sendLater(pauseMs || DELAY_MS)
    },
    async close() {
      clearTimeout(timer)
      const until = Date.now() + LAST_MS
      await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, LAST_MS))])
      while (!sending && waiting.length > 0 && Date.now() < until && pauseMs === 0) await send(until - Date.now())
      clearTimeout(timer)
    },
  }
}

/** What went wrong, and whether it may go well later; null: nothing. */
async function post(
  { url, headers }: TracesConfig,
  body: string,
  timeoutMs: number,
): Promise<{ reason: string; mayPass: boolean } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    if (response.ok) return null
    return { reason: `it answered ${response.status}`, mayPass: [429, 502, 503, 504].includes(response.status) }
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: unknown } }
    return { reason: typeof cause?.code === 'string' ? cause.code : message, mayPass: true }
  }
}
