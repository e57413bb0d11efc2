import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What becomes of a request: it goes through; its connection is cut, before or after the server has answered; it is answered here; or
 * after so many bytes of its answer's body nothing more comes.
 */
export type Fate =
  | 'pass'
  | 'cut'
  | 'cut_after'
  | { status: number; headers?: Record<string, string>; body?: string }
  | { holdAt: number }

export interface HttpRelay {
  port: number
  /** Requests so far, `METHOD /path`, and when they came. */
  seen: { what: string; at: number; headers: IncomingMessage['headers'] }[]
  /** Decides of each request from now on. */
  decide(fate: (what: string, request: IncomingMessage) => Fate): void
  /** Cuts all connections there are. */
  cut(): void
  close(): Promise<void>
}

/** An HTTP relay before a server, which goes wrong when it is told to. */
export async function startHttpRelay(target: number): Promise<HttpRelay> {
  let fateOf: (what: string, request: IncomingMessage) => Fate = () => 'pass'
  const seen: HttpRelay['seen'] = []
  const server = createServer((incoming, outgoing) => {
    const what = `${incoming.method} ${incoming.url}`
    seen.push({ what, at: Date.now(), headers: incoming.headers })
    const fate = fateOf(what, incoming)
    if (fate === 'cut') return incoming.socket.destroy()
    if (typeof fate === 'object' && 'status' in fate) {
      incoming.resume()
      return outgoing.writeHead(fate.status, fate.headers).end(fate.body ?? '')
    }
    const { method, url: path, headers } = incoming
    const sent = request({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      if (fate === 'cut_after') {
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode!, answer.headers)
      if (typeof fate === 'object') return passSome(answer, outgoing, fate.holdAt)
      answer.pipe(outgoing)
    })
    sent.on('error', () => incoming.socket.destroy())
    incoming.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    decide(fate) {
      fateOf = fate
    },
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Passes the first bytes of an answer on, and leaves the connection as it is. */
function passSome(answer: IncomingMessage, outgoing: ServerResponse, bytes: number): void {
  let left = bytes
  outgoing.flushHeaders()
  answer.on('data', (piece: Buffer) => {
    const some = piece.subarray(0, left)
    left -= some.length
    if (some.length) outgoing.write(some)
  })
}
