import { createRoute } from '@hono/zod-openapi'
import { ArchiveError } from '../../errors.ts'
import { currentJson } from '../../http/conditional.ts'
import { idOf, operation } from '../../http/operation.ts'
import { anyone, idParameter, notModified, ok, refusals } from '../../http/responses.ts'
import { getThumbnail } from '../../queries/thumbnails/get.ts'
import { thumbnail } from '../../schemas/frame_answers.ts'
import { showThumbnail } from '../../views/thumbnail.ts'

export const thumbnailsGet = operation(
  createRoute({
    method: 'get',
    path: '/thumbnails/{id}/',
    operationId: 'thumbnailsGet',
    tags: ['thumbnails'],
    summary: 'One thumbnail',
    description: 'A thumbnail, with the id of its frame and where the JPEG is fetched.',
    security: anyone,
    request: { params: idParameter('thumbnail') },
    responses: { 200: ok('The thumbnail.', thumbnail), ...notModified, ...refusals(404) },
  }),
  async (c) => {
    const id = idOf(c)
    const row = id === null ? undefined : await getThumbnail(c.env.reader, c.var.caller, id)
    if (!row) throw new ArchiveError('not_found')
    return currentJson(c, showThumbnail(row, { store: c.env.store, base: c.var.base }))
  },
)
