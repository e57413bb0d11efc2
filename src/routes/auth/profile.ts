import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, ok, refusals } from '../../http/responses.ts'
import { profile } from '../../schemas/auth.ts'

export const authProfile = operation(
  createRoute({
    method: 'get',
    path: '/profile/',
    operationId: 'authProfile',
    tags: ['authentication'],
    summary: 'Who am I',
    description: 'The caller as the archive knows it.',
    security: anyone,
    responses: { 200: ok('The caller.', profile), ...refusals() },
  }),
  (c) => {
    const { caller } = c.var
    if (caller.kind !== 'user') return c.json({ username: '', profile: {}, is_staff: false })
    return c.json({ username: caller.username, profile: { proposals: caller.proposals }, is_staff: caller.isStaff })
  },
)
