import { inTransaction } from '../../database/races.ts'
import { found } from '../../errors.ts'
import { operation, pathId } from '../../http/operation.ts'
import { writing } from '../../http/writing.ts'
import { deleteFrame } from '../../queries/frames/delete.ts'
import { filesOf } from '../../views/frame.ts'

export const framesDelete = operation('framesDelete', 'DELETE /frames/{id}/', {
  summary: 'Delete a frame',
  description:
    'Removes the frame with its versions, headers, relations and thumbnails, then the stored files: those that cannot be removed now are removed as soon as they can be.',
  visibility: 'superuser',
  parameters: { id: pathId('frame') },
  answers: { 204: { description: 'The frame is gone.' } },
  async handle({ c, parameters: { id }, services: { store, removals } }) {
    const noted = await inTransaction(writing(c), async (tx) => {
      const row = found(await deleteFrame(tx, id))
      return removals.note(tx, filesOf(row, store))
    })
    await removals.remove(noted)
  },
})
