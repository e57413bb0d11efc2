import { createRoute, z } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, header, htmlPage, refusals } from '../../http/responses.ts'
import { ownPath } from '../../http/session.ts'
import { loginPage } from '../../pages/login.tsx'

const next = z.unknown().openapi({
  type: 'string',
  param: {
    name: 'next',
    in: 'query',
    required: false,
    description: 'The path of the archive to go to afterwards; `/docs/` otherwise.',
    example: '/redoc/',
  },
} as never)

export const sessionLoginForm = operation(
  createRoute({
    method: 'get',
    path: '/api-auth/login/',
    operationId: 'sessionLoginForm',
    tags: ['authentication'],
    summary: 'The form to log in with',
    description: 'For browsers.',
    security: anyone,
    request: { query: z.object({ next }) },
    responses: {
      200: htmlPage('The form.'),
      303: {
        description: 'Who is signed in already goes on.',
        headers: { Location: header('Where to.', '/docs/') },
      },
      ...refusals(),
    },
  }),
  (c) => {
    const next = ownPath(c.req.query('next'), c.var.base)
    return c.var.caller.kind === 'user' ? c.redirect(next, 303) : loginPage(c, next)
  },
)
