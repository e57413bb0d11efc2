/** A line that tells how far a long work is: drawn over itself on a terminal, a JSON line now and then otherwise. */
export interface Progress {
  /** `done` of what the work counts, and `bytes` read for it so far. */
  report(done: number, bytes: number): void
  end(): void
}

const DRAW_MS = 200
const LOG_MS = 30_000
const WIDTH = 30

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  return h ? `${h} h ${m} min` : m ? `${m} min ${s} s` : `${s} s`
}

export function progress(what: string, total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  const began = Date.now()
  let toldAt = 0
  let latest: [number, number] = [0, 0]
  const line = ([done, bytes]: [number, number]): string => {
    const seconds = (Date.now() - began) / 1000
    const left = (seconds / done) * (total - done)
    const filled = total ? Math.min(WIDTH, Math.round((done / total) * WIDTH)) : WIDTH
    const rate = seconds > 0 ? bytes / seconds : 0
    return `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done}/${total} ${what}, ${megabytes(rate)}/s, ${duration(left)} left`
  }
  return {
    report(...now) {
      latest = now
      if (Date.now() - toldAt < (stream.isTTY ? DRAW_MS : LOG_MS)) return
      toldAt = Date.now()
      if (stream.isTTY) stream.write(`\r${line(now)}\x1b[K`)
      else
        stream.write(
          `${JSON.stringify({ time: new Date().toISOString(), level: 'info', message: `${now[0]} of ${total} ${what}`, bytes: now[1] })}\n`,
        )
    },
    end() {
      if (stream.isTTY) stream.write(`\r${line(latest)}\x1b[K\n`)
    },
  }
}
