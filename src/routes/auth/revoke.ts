import { replaceToken } from '../../auth/tokens.ts'
import { ok, operation } from '../../http/operation.ts'

export const authRevoke = operation('authRevoke', 'POST /revoke_token/', {
  summary: 'Replace the token',
  description: "The caller's token is not valid any more; the next log-in gives the new one.",
  visibility: 'signed in',
  answers: { 200: ok('The token is replaced.', 'message') },
  async handle({ caller, services }) {
    await replaceToken(services, caller.id)
    return { message: 'API token revoked.' }
  },
})
