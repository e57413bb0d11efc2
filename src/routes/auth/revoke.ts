import { createRoute } from '@hono/zod-openapi'
import { requireUser } from '../../auth/require.ts'
import { replaceToken } from '../../auth/tokens.ts'
import { operation } from '../../http/operation.ts'
import { ok, refusals, signedIn } from '../../http/responses.ts'
import { message } from '../../schemas/auth.ts'

export const authRevoke = operation(
  createRoute({
    method: 'post',
    path: '/revoke_token/',
    operationId: 'authRevoke',
    tags: ['authentication'],
    summary: 'Replace the token',
    description: "The caller's token is not valid any more; the next log-in gives the new one.",
    security: signedIn,
    responses: { 200: ok('The token is replaced.', message), ...refusals(403) },
  }),
  async (c) => {
    await replaceToken(c.env, requireUser(c.var.caller).id)
    return c.json({ message: 'API token revoked.' })
  },
)
