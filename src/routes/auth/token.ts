import { logIn } from '../../auth/login.ts'
import { tokenOf } from '../../auth/tokens.ts'
import { networkOf } from '../../http/address.ts'
import { body, checkByName, ok, operation } from '../../http/operation.ts'

export const authToken = operation('authToken', 'POST /api-token-auth/', {
  summary: 'Get a token',
  description:
    "The token of the user of this name and password, as the archive or the Observation Portal knows them; or, for a caller who is signed in and sends no name, the caller's own.",
  visibility: 'anyone',
  // who is signed in need not send it
  body: body('login', 'credentials', ({ value }) => value as { username?: unknown } | null),
  answers: { 200: ok('The token.', 'token') },
  async handle({ c, caller, body, services }) {
    const id =
      caller.kind === 'user' && body?.username === undefined
        ? caller.id
        : await logIn(services, await checkByName('login', body), networkOf(c))
    return { token: await tokenOf(services.writer, services.keys, id) }
  },
})
