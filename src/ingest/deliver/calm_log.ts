import type { Log } from '../../log.ts'

/** A message that comes again within this time is left out, in milliseconds. */
const QUIET_MS = 60_000

/**
 * A log that says the same once a minute, for the stores and databases of an ingester: when one is
 * away, every file finds that out.
 */
export function calmLog(log: Log): Log {
  const said = new Map<string, number>()
  const calm = (write: Log['info']) => (message: string, fields?: Record<string, unknown>) => {
    const last = said.get(message)
    if (last !== undefined && Date.now() - last < QUIET_MS) return
    said.set(message, Date.now())
    write(message, fields)
  }
  return { info: calm(log.info), warn: calm(log.warn), error: calm(log.error) }
}
