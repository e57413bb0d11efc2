import { found } from '../../errors.ts'
import { operation, pathId } from '../../http/operation.ts'
import * as thumbnails from '../../queries/thumbnails.ts'
import { inTransaction } from '../../queries/transaction.ts'
import { thumbnailFile } from '../../views/thumbnail.ts'

export const thumbnailsDelete = operation('thumbnailsDelete', 'DELETE /thumbnails/{id}/', {
  summary: 'Delete a thumbnail',
  description: 'Removes the thumbnail, then its stored file.',
  visibility: 'superuser',
  parameters: { id: pathId('thumbnail') },
  answers: { 204: { description: 'The thumbnail is gone.' } },
  async handle({ parameters: { id }, services: { writer, removals } }) {
    const noted = await inTransaction(writer, async (tx) => {
      const row = found(await thumbnails.remove(tx, id))
      return removals.note(tx, [thumbnailFile(row)])
    })
    await removals.remove(noted)
  },
})
