import { createRoute, z } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { ok } from '../../http/responses.ts'

export const health = operation(
  createRoute({
    method: 'get',
    path: '/health/',
    operationId: 'health',
    tags: ['archive'],
    summary: 'Whether the archive answers',
    description: 'For load balancers and watchdogs: never throttled, and nobody has to sign in.',
    security: [{}],
    responses: { 200: ok('It does.', z.literal('ok').openapi({ description: 'Always the same.', example: 'ok' })) },
  }),
  (c) => c.json('ok'),
)
