import type { Log } from '../log.ts'

/** This many failures in a row are an outage; fewer are somebody's bad luck. */
const FAILURES = 3
/** How long a service that is out is left alone before one request tries it again. */
const PAUSE_MS = 5000

/** Whether a service is worth asking. An outage is logged when it begins and when it is over. */
export interface Breaker {
  /**
   * Whether to ask now. In an outage one request at a time may, every five seconds; it has to say
   * how it went.
   */
  mayAsk(): boolean
  succeeded(): void
  failed(reason: string): void
}

/** @param what the service's name in the log */
export function breaker(what: string, log: Log): Breaker {
  let failures = 0
  let outage: { began: number; nextTry: number; failed: number } | null = null
  return {
    mayAsk() {
      if (!outage) return true
      if (Date.now() < outage.nextTry) {
        outage.failed++
        return false
      }
      outage.nextTry = Number.POSITIVE_INFINITY
      return true
    },
    succeeded() {
      if (outage) {
        const seconds = Math.round((Date.now() - outage.began) / 1000)
        log.info(`${what} answers again`, { seconds, requests: outage.failed })
      }
      failures = 0
      outage = null
    },
    failed(reason) {
      failures++
      if (outage) {
        outage.failed++
        outage.nextTry = Date.now() + PAUSE_MS
      } else if (failures >= FAILURES) {
        outage = { began: Date.now(), nextTry: Date.now() + PAUSE_MS, failed: failures }
        log.warn(`${what} does not answer: requests that need it get a 503`, { reason })
      }
    },
  }
}
