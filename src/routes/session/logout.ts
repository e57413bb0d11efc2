import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, header, refusals } from '../../http/responses.ts'
import { endSession } from '../../http/session.ts'

export const sessionLogout = operation(
  createRoute({
    method: 'post',
    path: '/api-auth/logout/',
    operationId: 'sessionLogout',
    tags: ['authentication'],
    summary: 'Log out',
    description: 'For browsers: ends all sessions of the user, on every device, and takes the cookie away.',
    security: anyone,
    responses: {
      303: {
        description: 'Signed out.',
        headers: {
          Location: header('Where to go on.', '/api-auth/logout/'),
          'Set-Cookie': header('No session.', 'sessionid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'),
        },
      },
      ...refusals(403),
    },
  }),
  async (c) =>
    c.body(null, 303, {
      location: '/api-auth/logout/',
      'set-cookie': await endSession(c),
      'cache-control': 'no-store',
    }),
)
