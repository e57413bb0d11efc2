import { createRoute } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { inTransaction } from '../../database/races.ts'
import { ArchiveError } from '../../errors.ts'
import { idOf, operation } from '../../http/operation.ts'
import { idParameter, refusals, signedIn } from '../../http/responses.ts'
import { deleteFrame } from '../../queries/frames/delete.ts'
import { filesOf } from '../../views/frame.ts'

export const framesDelete = operation(
  createRoute({
    method: 'delete',
    path: '/frames/{id}/',
    operationId: 'framesDelete',
    tags: ['frames'],
    summary: 'Delete a frame',
    description:
      'For superusers. Removes the frame with its versions, headers, relations and thumbnails, then the stored files: those that cannot be removed now are removed as soon as they can be.',
    security: signedIn,
    request: { params: idParameter('frame') },
    responses: { 204: { description: 'The frame is gone.' }, ...refusals(401, 403, 404) },
  }),
  async (c) => {
    requireSuperuser(c.var.caller)
    const { writer, store, removals } = c.env
    const id = idOf(c)
    const noted = await inTransaction(writer, async (tx) => {
      const row = id === null ? undefined : await deleteFrame(tx, id)
      if (!row) throw new ArchiveError('not_found')
      return removals.note(tx, filesOf(row, store))
    })
    await removals.remove(noted)
    return c.body(null, 204)
  },
)
