import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { HttpClient } from '../../files/store/http_client.ts'

/** Patience with a connection that is not made, in milliseconds. */
const CONNECT_MS = 3_000

/** Requests to one server over connections that are kept. */
export function httpClient(origin: string): HttpClient {
  const { protocol, hostname, port } = new URL(origin)
  const isSecure = protocol === 'https:'
  const agent = isSecure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const send = isSecure ? secureRequest : request
  // an IPv6 address stands in brackets only where a port may follow
  const server = { agent, host: hostname.replace(/^\[|\]$/g, ''), ...(port && { port }) }
  return {
    put: (path, headers, body, signal) =>
      new Promise((resolve, reject) => {
        const sent = send({ ...server, method: 'PUT', path, headers, signal }, (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => {
            text += chunk
          })
          answer.on('error', reject)
          answer.on('end', () => {
            const header = (name: string) => [answer.headers[name]].flat()[0]
            resolve({ status: answer.statusCode ?? 0, header, text })
          })
        })
        sent.on('error', reject)
        sent.on('socket', (socket: Socket) => limitConnecting(socket, isSecure))
        sent.end(body)
      }),
    close: () => agent.destroy(),
  }
}

function limitConnecting(socket: Socket, isSecure: boolean): void {
  if (!socket.connecting) return
  const late = () => socket.destroy(new Error(`no connection was made within ${CONNECT_MS} ms`))
  const timer = setTimeout(late, CONNECT_MS)
  const stop = () => clearTimeout(timer)
  socket.once(isSecure ? 'secureConnect' : 'connect', stop).once('close', stop)
}
