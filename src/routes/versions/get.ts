import { createRoute } from '@hono/zod-openapi'
import { requireStaff } from '../../auth/require.ts'
import { ArchiveError } from '../../errors.ts'
import { idOf, operation } from '../../http/operation.ts'
import { idParameter, ok, refusals, signedIn } from '../../http/responses.ts'
import { getVersion } from '../../queries/versions/get.ts'
import { version } from '../../schemas/frame_answers.ts'
import { showVersion } from '../../views/version.ts'

export const versionsGet = operation(
  createRoute({
    method: 'get',
    path: '/versions/{id}/',
    operationId: 'versionsGet',
    tags: ['versions'],
    summary: 'One version',
    description: 'For staff.',
    security: signedIn,
    request: { params: idParameter('version') },
    responses: { 200: ok('The version.', version), ...refusals(401, 403, 404) },
  }),
  async (c) => {
    requireStaff(c.var.caller)
    const id = idOf(c)
    const row = id === null ? undefined : await getVersion(c.env.writer, c.var.caller, id)
    if (!row) throw new ArchiveError('not_found')
    return c.json(showVersion(row, { store: c.env.store, base: c.var.base }))
  },
)
