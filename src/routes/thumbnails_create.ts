import { createRoute } from '@hono/zod-openapi'
import { requireSuperuser } from '../auth/require.ts'
import { written } from '../queries/frame_writes.ts'
import * as thumbnails from '../queries/thumbnails.ts'
import { inTransaction } from '../queries/transaction.ts'
import { thumbnailPut, writtenThumbnail } from '../schemas/thumbnails.ts'
import { thumbnail, writtenFrame } from '../views/frame.ts'
import { operation } from './operation.ts'
import { body, ok, refusals, signedIn } from './responses.ts'
import { thumbnailRecord } from './thumbnail_record.ts'

export const thumbnailsCreate = operation(
  createRoute({
    method: 'post',
    path: '/thumbnails/',
    operationId: 'thumbnailsCreate',
    tags: ['thumbnails'],
    summary: 'Create or replace a thumbnail',
    description:
      'For superusers. The frame may still be to come: then it is made from the metadata given here, without a file.',
    security: signedIn,
    request: { body: body(thumbnailPut) },
    responses: { 201: ok('The thumbnail, with its frame.', writtenThumbnail), ...refusals(400, 401, 403, 413, 415) },
  }),
  async (c) => {
    requireSuperuser(c.var.caller)
    const record = (await thumbnailRecord(c, 'whole')) as Required<thumbnails.ThumbnailRecord>
    const { id, row } = await inTransaction(c.env.writer, async (tx) => {
      const { id, frame } = await thumbnails.put(tx, record)
      return { id, row: (await written(tx, frame))! }
    })
    const links = { store: c.env.store, base: c.var.base }
    const { size, basename, extension, key, url } = thumbnail(row, row.thumbnails!.find((t) => t[0] === id)!, links)
    const { thumbnails: _, ...frame } = row
    return c.json({ size, basename, extension, key, url, frame: writtenFrame(frame, links) }, 201)
  },
)
