import { cacheKeys } from '../../auth/identify.ts'
import { tokenOf } from '../../auth/tokens.ts'
import { ok, operation } from '../../http/operation.ts'
import { revokeToken } from '../../queries/users/tokens.ts'
import { message } from '../../schemas/auth.ts'

export const authRevoke = operation('authRevoke', 'POST /revoke_token/', {
  summary: 'Replace the token',
  description: "The caller's token is not valid any more; the next log-in gives the new one.",
  visibility: 'signed in',
  answers: { 200: ok('The token is replaced.', message) },
  async handle({ caller, services: { writer, keys, cache } }) {
    const revoked = await revokeToken(writer, caller.id)
    const hash = revoked?.key_hash ?? (revoked?.key ? keys.hashToken(revoked.key) : null)
    if (hash) await cache.delete(cacheKeys.holder(new Uint8Array(hash)))
    await tokenOf(writer, keys, caller.id)
    return { message: 'API token revoked.' }
  },
})
