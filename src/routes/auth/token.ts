import { createRoute } from '@hono/zod-openapi'
import { logIn } from '../../auth/login.ts'
import { tokenOf } from '../../auth/tokens.ts'
import { networkOf } from '../../http/address.ts'
import { readBody } from '../../http/body.ts'
import { operation } from '../../http/operation.ts'
import { anyone, body, ok, refusals } from '../../http/responses.ts'
import { login, token } from '../../schemas/auth.ts'
import { check } from '../../schemas/check.ts'

export const authToken = operation(
  createRoute({
    method: 'post',
    path: '/api-token-auth/',
    operationId: 'authToken',
    tags: ['authentication'],
    summary: 'Get a token',
    description:
      "The token of the user of this name and password, as the archive or the Observation Portal knows them; or, for a caller who is signed in and sends no name, the caller's own.",
    security: anyone,
    request: { body: body(login) },
    responses: { 200: ok('The token.', token), ...refusals(400, 403, 413, 415) },
  }),
  async (c) => {
    const { value } = await readBody(c, 'credentials')
    const own = c.var.caller.kind === 'user' && (value as { username?: unknown } | null)?.username === undefined
    const id =
      own && c.var.caller.kind === 'user'
        ? c.var.caller.id
        : await logIn(c.env, check(login, value) as { username: string; password: string }, networkOf(c))
    return c.json({ token: await tokenOf(c.env.writer, c.env.keys, id) })
  },
)
