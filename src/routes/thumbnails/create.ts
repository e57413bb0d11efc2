import { createRoute } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { inTransaction } from '../../database/races.ts'
import { operation } from '../../http/operation.ts'
import { body, ok, refusals, signedIn } from '../../http/responses.ts'
import { thumbnailRecord } from '../../http/thumbnail_record.ts'
import { readWritten } from '../../queries/frames/written.ts'
import { createThumbnail } from '../../queries/thumbnails/create.ts'
import type { ThumbnailRecord } from '../../schemas/frame_record.ts'
import { thumbnailPut, writtenThumbnail } from '../../schemas/thumbnails.ts'
import { showWrittenFrame } from '../../views/frame.ts'
import { replacedFile, showThumbnail } from '../../views/thumbnail.ts'

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
    responses: {
      201: ok('The thumbnail, with its frame.', writtenThumbnail),
      ...refusals(400, 401, 403, 413, 415),
    },
  }),
  async (c) => {
    requireSuperuser(c.var.caller)
    const record = (await thumbnailRecord(c, 'whole')) as Required<ThumbnailRecord>
    const { writer, store, removals } = c.env
    const { after, row, noted } = await inTransaction(writer, async (tx) => {
      const { before, after } = await createThumbnail(tx, record)
      return {
        after,
        row: (await readWritten(tx, after.id))!,
        noted: await removals.note(tx, replacedFile(before, after)),
      }
    })
    await removals.remove(noted)
    const links = { store, base: c.var.base }
    const { size, basename, extension, key, url } = showThumbnail(after, links)
    const { thumbnails: _, ...frame } = row
    return c.json({ size, basename, extension, key, url, frame: showWrittenFrame(frame, links) }, 201)
  },
)
