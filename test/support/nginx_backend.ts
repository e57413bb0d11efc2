import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A request with its path exactly as written; fails when the answer breaks off. */
export function ask(base: string, path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('error', reject).on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject).end(body)
  })
}

export interface Backend {
  port: number
  /** What nginx sent it, in order. */
  seen: { url: string; headers: IncomingHttpHeaders; body: string }[]
  /** Breaks the next answer of the archive off after so many bytes. */
  cutAfter(bytes: number): void
  close(): Promise<void>
}

/** A server between nginx and the archive: passes everything on, but sends requests to /accel to the location that they name. */
export async function backendOf(archive: number): Promise<Backend> {
  const seen: Backend['seen'] = []
  let cut: number | null = null
  const textOf = async (message: IncomingMessage) => Buffer.concat(await message.toArray()).toString()
  const server = createServer(async (asked, answer) => {
    const body = await textOf(asked)
    const { url = '', method, headers } = asked
    seen.push({ url, headers, body })
    if (url === '/accel') {
      answer
        .writeHead(200, { 'x-accel-redirect': String(headers['x-to']), 'content-type': 'text/plain' })
        .end('nothing')
      return
    }
    request({ port: archive, host: '127.0.0.1', path: url, method, headers }, (got) => {
      answer.writeHead(got.statusCode!, got.headers)
      let left = cut
      cut = null
      got.on('data', (chunk: Buffer) => {
        answer.write(left === null ? chunk : chunk.subarray(0, left))
        if (left === null) return
        left -= chunk.length
        if (left <= 0) {
          got.destroy()
          answer.destroy()
        }
      })
      got.on('end', () => answer.end()).on('error', () => answer.destroy())
    }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    cutAfter(bytes) {
      cut = bytes
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
