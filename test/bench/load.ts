import { connect, type Socket } from 'node:net'

/** What the load process is told, and what it tells. */
export interface Load {
  port: number
  paths: string[]
  concurrency: number
  seconds: number
}
export interface Loaded {
  /** Answers in all, those of the warm-up too. */
  answers: number
  perSecond: number
  /** Milliseconds from the request's first byte to the answer's last. */
  p50: number
  p99: number
}

const WARM_UP_MS = 1000

/**
 * Asks for the paths in turn over `concurrency` connections that stay open, each sending its next request when it has the whole answer.
 * The client is as thin as can be, for it shares the machine with what it measures. An answer that is not 200 ends the measurement.
 */
export async function load({ port, paths, concurrency, seconds }: Load): Promise<Loaded> {
  const requests = paths.map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/json\r\n\r\n`),
  )
  let next = 0
  const times: number[] = []
  const measureFrom = performance.now() + WARM_UP_MS
  const until = measureFrom + seconds * 1000

  async function client(): Promise<void> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true)
    const answers = answersOf(socket)
    while (performance.now() < until) {
      const started = performance.now()
      socket.write(requests[next++ % requests.length]!)
      await answers()
      const ended = performance.now()
      if (started >= measureFrom && ended <= until) times.push(ended - started)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: concurrency }, client))
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
  return { answers: next, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) }
}

/** Waits for one whole answer after the other. */
function answersOf(socket: Socket): () => Promise<void> {
  let missing = -1
  let head = ''
  let done: () => void = () => {}
  let failed: (error: Error) => void = () => {}
  socket.on('data', (chunk: Buffer) => {
    if (missing < 0) {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = /\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))
      if (!head.startsWith('HTTP/1.1 200 ') || !length)
        return failed(new Error(`an answer was not as expected: ${head.slice(0, 500)}`))
      missing = Number(length[1]) - (head.length - end - 4)
    } else missing -= chunk.length
    if (missing > 0) return
    missing = -1
    head = ''
    done()
  })
  socket.on('error', (error) => failed(error))
  socket.on('close', () => failed(new Error('the server closed a connection')))
  return () =>
    new Promise((resolve, reject) => {
      done = resolve
      failed = reject
    })
}
