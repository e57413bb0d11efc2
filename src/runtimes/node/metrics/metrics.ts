import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { isWithin } from '../../../config/config.ts'
import type { Services } from '../../../services.ts'
import type { RequestListener } from '../../../telemetry.ts'
import { measureRuntime, writeMeasures } from './exposition.ts'
import { type Measure, measureProcesses } from './measures.ts'
import { type HttpNumbers, measureProcess } from './process.ts'
import { countRequests } from './requests.ts'
import { measureServer } from './server.ts'

/** How the processes of a server have their measures put together. */
export interface Gathering {
  /** Which of them this is, from 1. */
  worker: number
  /** Those of all of them. */
  gather(): Promise<Measure[]>
}

/** The metrics of a process. */
export interface Metrics {
  /** What the HTTP server keeps up to date. */
  http: HttpNumbers
  /** Told of the end of each request that the server has counted as in flight. */
  requests: RequestListener
  /** What this process alone has measured. */
  measure(): Promise<Measure[]>
  /** Whether a request is for metrics, and by somebody who may read them. */
  isFor(request: IncomingMessage): boolean
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/**
 * The metrics of this process and, at /metrics, of the whole server.
 * @param gathering absent: this process is the server
 */
export function createMetrics(services: Services, gathering?: Gathering): Metrics {
  const http: HttpNumbers = { inFlight: 0, connections: 0, mostConnections: 0, refused: 0 }
  const requests = countRequests()
  const runtime = measureRuntime(gathering?.worker ?? 1)
  const server = measureServer(services)
  const measure = async () => [...measureProcess(services, http), ...requests.measures(), ...(await runtime())]
  const gather = gathering ? gathering.gather : async () => [...(await measure()), ...ONE_PROCESS]

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(request, response)
    const [ofServer, ofProcesses] = await Promise.all([server(), gather()])
    const { text, type } = await writeMeasures([...ofServer, ...ofProcesses], request.headers.accept ?? '')
    const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
    const body = isZipped ? await compress(text) : Buffer.from(text)
    const about = { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-store' }
    response.writeHead(200, { ...HEADERS, ...about, ...(isZipped ? { 'content-encoding': 'gzip' } : {}) })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  return {
    http,
    requests: {
      ended(record) {
        http.inFlight--
        requests.ended(record)
      },
    },
    measure,
    isFor: (request) => isPath(request.url) && mayRead(request, services),
    answer: (request, response) =>
      answer(request, response).catch((error) => {
        services.log.error('metrics could not be given', { error: (error as Error).stack ?? String(error) })
        answerJson(response, 500, { detail: 'The archive failed. The fault is in its log.' })
      }),
  }
}

const compress = promisify(gzip)

/** No page of another origin may read them. */
const HEADERS = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' }

/** What a server of one process says of its processes. */
const ONE_PROCESS = measureProcesses({ started: 1, answering: 1, ended: 0 })

const isPath = (url = ''): boolean => /^\/metrics\/?(\?|$)/.test(url)

/** What a proxy adds that names no address which could be believed. */
const PROXIED = ['via', 'forwarded', 'x-real-ip']

/**
 * Whether the client is in METRICS_ALLOW. Where a proxy passed the request on, that is who the proxy
 * has named: nobody named is nobody allowed, since all the world comes by the proxy's address.
 */
function mayRead({ headers, socket }: IncomingMessage, { config }: Pick<Services, 'config'>): boolean {
  const client = headers['x-forwarded-for'] as string | undefined
  const isProxied = PROXIED.some((name) => headers[name] !== undefined)
  return !(isProxied && client === socket.remoteAddress) && isWithin(config.metricsAllow, client)
}

function refuseMethod({ method }: IncomingMessage, response: ServerResponse): void {
  answerJson(response, 405, { detail: `Method "${method}" not allowed.` }, { allow: 'GET, HEAD' })
}

function answerJson(response: ServerResponse, status: number, value: unknown, more: Record<string, string> = {}): void {
  if (response.headersSent) return void response.destroy()
  const body = JSON.stringify(value)
  const about = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...HEADERS, ...about, ...more }).end(body)
}
