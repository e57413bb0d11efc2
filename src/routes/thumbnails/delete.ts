import { inTransaction } from '../../database/races.ts'
import { found } from '../../errors.ts'
import { operation, pathId } from '../../http/operation.ts'
import { writing } from '../../http/writing.ts'
import { deleteThumbnail } from '../../queries/thumbnails/delete.ts'
import { thumbnailFile } from '../../views/thumbnail.ts'

export const thumbnailsDelete = operation('thumbnailsDelete', 'DELETE /thumbnails/{id}/', {
  summary: 'Delete a thumbnail',
  description: 'Removes the thumbnail, then its stored file.',
  visibility: 'superuser',
  parameters: { id: pathId('thumbnail') },
  answers: { 204: { description: 'The thumbnail is gone.' } },
  async handle({ c, parameters: { id }, services: { removals } }) {
    const noted = await inTransaction(writing(c), async (tx) => {
      const row = found(await deleteThumbnail(tx, id))
      return removals.note(tx, [thumbnailFile(row)])
    })
    await removals.remove(noted)
  },
})
