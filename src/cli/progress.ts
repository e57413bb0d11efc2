/**
 * A line that shows the progress of long work: redrawn on a terminal, otherwise a JSON line now and
 * then.
 */
export interface Progress {
  /** `done` items and `bytes` read so far, and perhaps some more words. */
  report(done: number, bytes: number, also?: string): void
  /** How much there is to do; `open`: more is still being found. */
  expect(total: number, more?: 'open' | 'all'): void
  /** Lets other lines be written; on a terminal, above this one. */
  above(write: () => void): void
  end(): void
}

/** What the line is drawn on. */
export type Screen = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

const DRAW_MS = 200
const LOG_MS = 30_000
const WIDTH = 30

/** Bytes in megabytes, such as `1.5 MB`. */
export const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Seconds as hours and minutes, or minutes and seconds; `?` if unknown. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  return h ? `${h} h ${m} min` : m ? `${m} min ${s} s` : `${s} s`
}

/**
 * Shows progress of `total` items, of the kind `what`.
 * @param logMs how often a line is logged without a terminal
 */
export function showProgress(
  what: string,
  total: number,
  stream: Screen = process.stderr,
  { logMs = LOG_MS }: { logMs?: number } = {},
): Progress {
  let began = Date.now()
  let isBegun = false
  let expected = total
  let isOpen = false
  let shownAt = stream.isTTY ? 0 : began
  let isDrawn = false
  let [done, bytes, also] = [0, 0, '']

  const line = (): string => {
    const seconds = (Date.now() - began) / 1000
    const known = !isOpen && expected >= done
    const left = known ? `, ${formatDuration((seconds / done) * (expected - done))} left` : ''
    const filled = !known ? 0 : expected ? Math.min(WIDTH, Math.round((done / expected) * WIDTH)) : WIDTH
    const [each, all] = seconds > 0 ? [done / seconds, bytes / seconds] : [0, 0]
    const rate = `${each < 10 ? each.toFixed(1) : Math.round(each)} ${what}/s, ${formatMegabytes(all)}/s`
    const text = `[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done}/${Math.max(expected, done)}${isOpen ? '+' : ''} ${what}${also && `, ${also}`}, ${rate}${left}`
    // a wrapped line cannot be redrawn
    return stream.columns ? text.slice(0, stream.columns - 1) : text
  }
  const draw = () => {
    shownAt = Date.now()
    isDrawn = true
    stream.write(`\r${line()}\x1b[K`)
  }
  const begin = () => {
    if (!isBegun) began = Date.now()
    isBegun = true
  }
  return {
    report(...now) {
      begin()
      ;[done, bytes, also = ''] = now
      if (Date.now() - shownAt < (stream.isTTY ? DRAW_MS : logMs)) return
      if (stream.isTTY) return draw()
      shownAt = Date.now()
      const message = `${done} of ${expected}${isOpen ? ' or more' : ''} ${what}${also && `, ${also}`}`
      stream.write(`${JSON.stringify({ time: new Date().toISOString(), level: 'info', message, bytes })}\n`)
    },
    expect(now, more = 'all') {
      begin()
      expected = now
      isOpen = more === 'open'
    },
    above(write) {
      if (isDrawn) stream.write('\r\x1b[K')
      write()
      if (isDrawn) draw()
    },
    end() {
      if (stream.isTTY) stream.write(`\r${line()}\x1b[K\n`)
      isDrawn = false
    },
  }
}
