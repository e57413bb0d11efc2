import { ok, operation } from '../../http/operation.ts'
import type { ReadinessState, ServiceState } from '../../readiness.ts'

const READY = {
  status: 'ready',
  services: {
    database: { ok: true, needed: true, ms: 2 },
    files: { ok: true, needed: false, ms: 9 },
    messages: { ok: false, needed: false, ms: 400 },
  },
}
const DRAINING = { status: 'draining', services: { database: { ok: true, needed: true, ms: 2 } } }

export const healthReady = operation('healthReady', 'GET /health/ready/', {
  summary: 'Whether this process of the archive can serve',
  description:
    'For load balancers: 200 while requests may be sent here, 503 while a needed service is away and once the process is about to stop. ' +
    'Services that are not needed are reported alone: without them part of the archive works, or all of it more slowly. Answers within two ' +
    'seconds, and is true for one. Never throttled, and nobody has to sign in.',
  visibility: 'unidentified',
  answers: {
    200: ok('It can.', 'readiness', READY),
    503: ok('It cannot, or is about to stop.', 'readiness', DRAINING),
  },
  async handle({ c, services }) {
    const { status, services: found } = await services.readiness.look()
    return c.json({ status, services: mapStates(found) }, status === 'ready' ? 200 : 503, {
      'cache-control': 'no-store',
    })
  },
})

/** Without the reasons, which tell addresses of the inside. */
const mapStates = (found: ReadinessState['services']): Record<string, Omit<ServiceState, 'reason'>> =>
  Object.fromEntries(Object.entries(found).map(([name, { ok, needed, ms }]) => [name, { ok, needed, ms }]))
