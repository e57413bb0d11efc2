import { ok, operation } from '../../http/operation.ts'
import { thumbnailBody } from '../../http/record_bodies.ts'
import { written } from '../../queries/frame_writes.ts'
import * as thumbnails from '../../queries/thumbnails.ts'
import { inTransaction } from '../../queries/transaction.ts'
import { writtenThumbnail } from '../../schemas/thumbnails.ts'
import { writtenFrame } from '../../views/frame.ts'
import { replacedFile, thumbnail } from '../../views/thumbnail.ts'

export const thumbnailsCreate = operation('thumbnailsCreate', 'POST /thumbnails/', {
  summary: 'Create or replace a thumbnail',
  description: 'The frame may still be to come: then it is made from the metadata given here, without a file.',
  visibility: 'superuser',
  body: thumbnailBody('whole'),
  answers: { 201: ok('The thumbnail, with its frame.', writtenThumbnail) },
  async handle({ body, services: { writer, removals }, links }) {
    const { after, row, noted } = await inTransaction(writer, async (tx) => {
      const { before, after } = await thumbnails.put(tx, body as Required<thumbnails.ThumbnailRecord>)
      return { after, row: (await written(tx, after.id))!, noted: await removals.note(tx, replacedFile(before, after)) }
    })
    await removals.remove(noted)
    const { size, basename, extension, key, url } = thumbnail(after, links)
    return { size, basename, extension, key, url, frame: writtenFrame(row, links) }
  },
})
