import { inTransaction } from '../../database/races.ts'
import { ok, operation } from '../../http/operation.ts'
import { wholeThumbnail } from '../../http/record_bodies.ts'
import { writing } from '../../http/writing.ts'
import { readWritten } from '../../queries/frames/written.ts'
import { createThumbnail } from '../../queries/thumbnails/create.ts'
import { showWrittenFrame } from '../../views/frame.ts'
import { replacedFile, showThumbnail } from '../../views/thumbnail.ts'

export const thumbnailsCreate = operation('thumbnailsCreate', 'POST /thumbnails/', {
  summary: 'Create or replace a thumbnail',
  description: 'The frame may still be to come: then it is made from the metadata given here, without a file.',
  visibility: 'superuser',
  body: wholeThumbnail,
  answers: { 201: ok('The thumbnail, with its frame.', 'writtenThumbnail') },
  async handle({ c, body, services: { removals }, links }) {
    const { after, row, noted } = await inTransaction(writing(c), async (tx) => {
      const { before, after } = await createThumbnail(tx, body)
      return {
        after,
        row: (await readWritten(tx, after.id))!,
        noted: await removals.note(tx, replacedFile(before, after)),
      }
    })
    await removals.remove(noted)
    const { size, basename, extension, key, url } = showThumbnail(after, links)
    return { size, basename, extension, key, url, frame: showWrittenFrame(row, links) }
  },
})
