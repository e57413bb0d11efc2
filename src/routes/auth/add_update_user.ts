import { cacheKeys, noteLocal } from '../../auth/identify.ts'
import { confirmKey } from '../../auth/open_keys.ts'
import { secretOf } from '../../auth/tokens.ts'
import { inTransaction } from '../../database/races.ts'
import { ValidationError } from '../../errors.ts'
import { checkedBody, ok, operation } from '../../http/operation.ts'
import { findUserByName } from '../../queries/users/find.ts'
import { LocalName, saveApiToken, saveUser } from '../../queries/users/save.ts'
import { message, portalUser } from '../../schemas/auth.ts'

export const authAddUpdateUser = operation('authAddUpdateUser', 'POST /authprofile/addupdateuser/', {
  summary: 'Create or update a user',
  description:
    'What is not given stays as it is. The name of an account that was made in the archive itself is refused.',
  visibility: 'portal',
  body: checkedBody(portalUser, 'credentials'),
  answers: { 200: ok('The user is created or updated.', message) },
  async handle({ body: { profile, tokens, ...person }, services }) {
    const { writer, keys, cache } = services
    const apiToken = tokens?.api_token || null
    const secret = apiToken === null ? null : await secretOf(keys, apiToken)
    const { id, before } = await inTransaction(writer, async (tx) => {
      await confirmKey(tx, keys)
      const before = await findUserByName(tx, person.username)
      const id = await saveUser(tx, {
        username: person.username,
        first_name: person.first_name ?? null,
        last_name: person.last_name ?? null,
        email: person.email ?? null,
        is_staff: person.is_staff ?? null,
        is_superuser: person.is_superuser ?? null,
      })
      await saveApiToken(tx, id, secret, profile?.staff_view ?? null)
      return { id, before }
    }).catch((error) => {
      if (!(error instanceof LocalName)) throw error
      noteLocal(services, person.username)
      throw new ValidationError({ username: ['An account of this name was made in the archive itself.'] })
    })
    await cache.delete(cacheKeys.user(id))
    if (secret) for (const key of [cacheKeys.holder, cacheKeys.refused]) await cache.delete(key(secret.hash))
    const replaced = before?.api_token_sealed ? await keys.openToken(before.api_token_sealed) : before?.api_token
    if (secret && replaced) await cache.delete(cacheKeys.holder(keys.hashToken(replaced)))
    return { message: 'User account updated' }
  },
})
