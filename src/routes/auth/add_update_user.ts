import { createRoute } from '@hono/zod-openapi'
import { updatePortalUser } from '../../auth/portal_users.ts'
import { ArchiveError, ValidationError } from '../../errors.ts'
import { readBody } from '../../http/body.ts'
import { operation, type RequestContext } from '../../http/operation.ts'
import { body, ok, refusals } from '../../http/responses.ts'
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
    const { username, first_name, last_name, email, is_staff, is_superuser, profile, tokens } = check(
      portalUser,
      (await readBody(c, 'credentials')).value,
    )
    const person = {
      username: username as string,
      first_name: first_name ?? null,
      last_name: last_name ?? null,
      email: email ?? null,
      is_staff: is_staff ?? null,
      is_superuser: is_superuser ?? null,
    }
    if (!(await updatePortalUser(c.env, person, tokens?.api_token || null, profile?.staff_view ?? null)))
      throw new ValidationError({ username: ['An account of this name was made in the archive itself.'] })
    return c.json({ message: 'User account updated' })
  },
)
