import { spawn } from 'node:child_process'
import type { Log } from '../log.ts'

/**
 * systemd, where it has started the archive with Type=notify: told by its own `systemd-notify`, since
 * Node has no Unix datagram sockets. Elsewhere nothing happens.
 */
export interface ServiceManager {
  /** It listens, and serves. */
  ready(url: string): void
  /** It reads its configuration again, until ready() is said once more. */
  reloading(): void
  stopping(): void
  /** Shows that it lives, for as long as `isAlive` says so, as often as systemd wants. */
  keepAlive(isAlive: (withinMs: number) => boolean): void
}

const NOBODY: ServiceManager = { ready() {}, reloading() {}, stopping() {}, keepAlive() {} }

/** The service manager that an environment names; takes its variables away, which are not for others. */
export function findServiceManager(log: Log): ServiceManager {
  const { env } = process
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env
  delete env.NOTIFY_SOCKET
  delete env.WATCHDOG_USEC
  delete env.WATCHDOG_PID
  if (!socket) return NOBODY
  /** Messages are sent one after the other, or a restart might seem to be over before it began. */
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  let hasFailed = false
  function notify(...lines: string[]): void {
    waiting++
    last = last
      .then(() => runNotify(socket!, lines))
      .catch((error: Error) => {
        // once: the watchdog comes again and again
        if (!hasFailed)
          log.warn('systemd-notify failed: systemd does not hear of the archive', { reason: error.message })
        hasFailed = true
      })
      .finally(() => {
        waiting--
      })
  }
  return {
    ready: (url) => notify('READY=1', `STATUS=serving on ${url}`),
    // systemd compares it with the clock that it looked at when it sent the signal
    reloading: () => notify('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => notify('STOPPING=1', 'STATUS=letting requests in flight finish'),
    keepAlive(isAlive) {
      const withinMs = Number(usec) / 1000
      if (!(withinMs > 0) || (pid !== undefined && Number(pid) !== process.pid)) return
      isAlive(withinMs)
      // by a timer: it stops with the event loop
      setInterval(() => {
        // one that hangs must not be waited for by more and more
        if (isAlive(withinMs) && waiting === 0) notify('WATCHDOG=1')
      }, withinMs / 3).unref()
    },
  }
}

function runNotify(socket: string, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('systemd-notify', [...lines], {
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', NOTIFY_SOCKET: socket },
      stdio: 'ignore',
      timeout: 10_000,
    })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`it ended with ${signal ?? code}`)),
    )
  })
}
