import { createRoute } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { inTransaction } from '../../database/races.ts'
import { ArchiveError } from '../../errors.ts'
import { idOf, operation } from '../../http/operation.ts'
import { idParameter, refusals, signedIn } from '../../http/responses.ts'
import { deleteThumbnail } from '../../queries/thumbnails/delete.ts'
import { thumbnailFile } from '../../views/thumbnail.ts'

export const thumbnailsDelete = operation(
  createRoute({
    method: 'delete',
    path: '/thumbnails/{id}/',
    operationId: 'thumbnailsDelete',
    tags: ['thumbnails'],
    summary: 'Delete a thumbnail',
    description: 'For superusers. Removes the thumbnail, then its stored file.',
    security: signedIn,
    request: { params: idParameter('thumbnail') },
    responses: { 204: { description: 'The thumbnail is gone.' }, ...refusals(401, 403, 404) },
  }),
  async (c) => {
    requireSuperuser(c.var.caller)
    const id = idOf(c)
    const { writer, removals } = c.env
    const noted = await inTransaction(writer, async (tx) => {
      const row = id === null ? undefined : await deleteThumbnail(tx, id)
      if (!row) throw new ArchiveError('not_found')
      return removals.note(tx, [thumbnailFile(row)])
    })
    await removals.remove(noted)
    return c.body(null, 204)
  },
)
