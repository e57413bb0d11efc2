import { createRoute } from '@hono/zod-openapi'
import { cacheKeys, noteLocal } from '../../auth/identify.ts'
import { confirmKey } from '../../auth/open_keys.ts'
import { secretOf } from '../../auth/tokens.ts'
import { inTransaction } from '../../database/races.ts'
import { ArchiveError, ValidationError } from '../../errors.ts'
import { readBody } from '../../http/body.ts'
import { operation, type RequestContext } from '../../http/operation.ts'
import { body, ok, refusals } from '../../http/responses.ts'
import { findUserByName } from '../../queries/users/find.ts'
import { LocalName, saveApiToken, saveUser } from '../../queries/users/save.ts'
import { message, portalUser } from '../../schemas/auth.ts'
import { check } from '../../schemas/check.ts'

function requireServer(c: RequestContext): void {
  const [scheme, key, ...more] = (c.req.header('authorization') ?? '').trim().split(/\s+/)
  if (scheme?.toLowerCase() !== 'server') throw new ArchiveError('not_authenticated')
  const { serverKey } = c.env.config.portal
  if (serverKey === null || key === undefined || more.length || !c.env.keys.sameSecret(key, serverKey))
    throw new ArchiveError('wrong_server_key')
}

export const authAddUpdateUser = operation(
  createRoute({
    method: 'post',
    path: '/authprofile/addupdateuser/',
    operationId: 'authAddUpdateUser',
    tags: ['authentication'],
    summary: 'Create or update a user',
    description:
      'For the Observation Portal, which holds the server key. What is not given stays as it is. The name of an account that was made in the archive itself is refused.',
    security: [{ server: [] }],
    request: { body: body(portalUser) },
    responses: { 200: ok('The user is created or updated.', message), ...refusals(400, 403, 413, 415) },
  }),
  async (c) => {
    requireServer(c)
    const { writer, keys, cache } = c.env
    const { username, first_name, last_name, email, is_staff, is_superuser, profile, tokens } = check(
      portalUser,
      (await readBody(c, 'credentials')).value,
    )
    const apiToken = tokens?.api_token || null
    const secret = apiToken === null ? null : await secretOf(keys, apiToken)
    const { id, before } = await inTransaction(writer, async (tx) => {
      await confirmKey(tx, keys)
      const before = await findUserByName(tx, username as string)
      const person = {
        first_name: first_name ?? null,
        last_name: last_name ?? null,
        email: email ?? null,
        is_staff: is_staff ?? null,
        is_superuser: is_superuser ?? null,
      }
      const id = await saveUser(tx, { username: username as string, ...person })
      await saveApiToken(tx, id, secret, profile?.staff_view ?? null)
      return { id, before }
    }).catch((error) => {
      if (!(error instanceof LocalName)) throw error
      noteLocal(c.env, username as string)
      throw new ValidationError({ username: ['An account of this name was made in the archive itself.'] })
    })
    await cache.delete(cacheKeys.user(id))
    if (secret) for (const key of [cacheKeys.holder, cacheKeys.refused]) await cache.delete(key(secret.hash))
    const replaced = before?.api_token_sealed ? await keys.openToken(before.api_token_sealed) : before?.api_token
    if (secret && replaced) await cache.delete(cacheKeys.holder(keys.hashToken(replaced)))
    return c.json({ message: 'User account updated' })
  },
)
