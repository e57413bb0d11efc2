import { createRoute, type z } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { inTransaction } from '../../database/races.ts'
import { ArchiveError } from '../../errors.ts'
import { idOf, operation, type RequestContext } from '../../http/operation.ts'
import { body, idParameter, ok, refusals, signedIn } from '../../http/responses.ts'
import { thumbnailRecord } from '../../http/thumbnail_record.ts'
import { updateThumbnail } from '../../queries/thumbnails/update.ts'
import { thumbnail } from '../../schemas/frame_answers.ts'
import { thumbnailPut } from '../../schemas/thumbnails.ts'
import { replacedFile, showThumbnail } from '../../views/thumbnail.ts'

/** Changes a thumbnail by the body; answers it as it is then. */
export async function change(c: RequestContext, presence: 'whole' | 'partial'): Promise<Response> {
  requireSuperuser(c.var.caller)
  const id = idOf(c)
  const record = await thumbnailRecord(c, presence)
  const { writer, removals } = c.env
  const { row, noted } = await inTransaction(writer, async (tx) => {
    const changed = id === null ? undefined : await updateThumbnail(tx, id, record)
    if (!changed) throw new ArchiveError('not_found')
    return { row: changed.after, noted: await removals.note(tx, replacedFile(changed.before, changed.after)) }
  })
  await removals.remove(noted)
  return c.json(showThumbnail(row, { store: c.env.store, base: c.var.base }))
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
