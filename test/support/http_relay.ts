import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What becomes of a request: it goes through; its connection is cut, before or after the server has answered; it is
 * answered here; or so many bytes of the answer come, and then the connection is cut or brings nothing more.
 */
export type Fate =
  | 'pass'
  | 'cut'
  | 'cut_after'
  | { status: number; headers?: Record<string, string>; body?: string }
  | { after: number; end: 'cut' | 'stall' }

/** A request, and the status of its answer once that has come. */
export interface Seen {
  what: string
  at: number
  headers: IncomingMessage['headers']
  status?: number
}

export interface HttpRelay {
  port: number
  /** Requests so far, `METHOD /path`, and when they came. */
  seen: Seen[]
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
    const noted: Seen = { what, at: Date.now(), headers: incoming.headers }
    seen.push(noted)
    const fate = fateOf(what, incoming)
    if (fate === 'cut') return incoming.socket.destroy()
    if (typeof fate === 'object' && 'status' in fate) {
      incoming.resume()
      noted.status = fate.status
      return outgoing.writeHead(fate.status, fate.headers).end(fate.body ?? '')
    }
    const { method, url: path, headers } = incoming
    const sent = request({ host: '127.0.0.1', port: target, method, path, headers }, (answer) => {
      if (fate === 'cut_after') {
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      noted.status = answer.statusCode!
      outgoing.writeHead(answer.statusCode!, answer.headers)
      if (typeof fate === 'object') passBytes(answer, outgoing, fate).catch(() => outgoing.destroy())
      else answer.pipe(outgoing)
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

/** Passes the first bytes of an answer on; the connection is cut then, or stays open without any more. */
async function passBytes(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  { after, end }: { after: number; end: 'cut' | 'stall' },
): Promise<void> {
  let left = after
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (left > 0) outgoing.write(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) break
  }
  if (end === 'cut') outgoing.write('', () => outgoing.destroy())
}
