import { createRoute } from '@hono/zod-openapi'
import { cacheKeys } from '../../auth/identify.ts'
import { requireUser } from '../../auth/require.ts'
import { tokenOf } from '../../auth/tokens.ts'
import { operation } from '../../http/operation.ts'
import { ok, refusals, signedIn } from '../../http/responses.ts'
import { revokeToken } from '../../queries/users/tokens.ts'
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
    const user = requireUser(c.var.caller)
    const { writer, keys, cache } = c.env
    const revoked = await revokeToken(writer, user.id)
    const hash = revoked?.key_hash ?? (revoked?.key ? keys.hashToken(revoked.key) : null)
    if (hash) await cache.delete(cacheKeys.holder(new Uint8Array(hash)))
    await tokenOf(writer, keys, user.id)
    return c.json({ message: 'API token revoked.' })
  },
)
