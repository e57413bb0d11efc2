import { createRoute, type z } from '@hono/zod-openapi'
import { requireSuperuser } from '../auth/require.ts'
import { ArchiveError } from '../errors.ts'
import * as thumbnails from '../queries/thumbnails.ts'
import { inTransaction } from '../queries/transaction.ts'
import { thumbnail } from '../schemas/frame_answers.ts'
import { thumbnailPut } from '../schemas/thumbnails.ts'
import { thumbnail as view } from '../views/thumbnail.ts'
import { idOf, operation, type RequestContext } from './operation.ts'
import { body, idParameter, ok, refusals, signedIn } from './responses.ts'
import { thumbnailRecord } from './thumbnail_record.ts'

/** Changes a thumbnail by the body; answers it as it is then. */
export async function change(c: RequestContext, presence: 'whole' | 'partial'): Promise<Response> {
  requireSuperuser(c.var.caller)
  const id = idOf(c)
  const record = await thumbnailRecord(c, presence)
  const row = await inTransaction(c.env.writer, async (tx) =>
    id === null ? undefined : thumbnails.update(tx, id, record),
  )
  if (!row) throw new ArchiveError('not_found')
  return c.json(view(row, { store: c.env.store, base: c.var.base }))
}

export const declare = (method: 'put' | 'patch', operationId: string, summary: string, schema: z.ZodType) =>
  createRoute({
    method,
    path: '/thumbnails/{id}/',
    operationId,
    tags: ['thumbnails'],
    summary,
    description: 'For superusers.',
    security: signedIn,
    request: { params: idParameter('thumbnail'), body: body(schema) },
    responses: { 200: ok('The thumbnail as it is now.', thumbnail), ...refusals(400, 401, 403, 404, 413, 415) },
  })

export const thumbnailsUpdate = operation(
  declare('put', 'thumbnailsUpdate', 'Update a whole thumbnail', thumbnailPut),
  (c) => change(c, 'whole'),
)
