import { found } from '../../errors.ts'
import { notModified, ok, operation, pathId } from '../../http/operation.ts'
import * as thumbnails from '../../queries/thumbnails.ts'
import { thumbnail as schema } from '../../schemas/frame_answers.ts'
import { thumbnail } from '../../views/thumbnail.ts'

export const thumbnailsGet = operation('thumbnailsGet', 'GET /thumbnails/{id}/', {
  summary: 'One thumbnail',
  description: 'A thumbnail, with the id of its frame and where the JPEG is fetched.',
  visibility: 'anyone',
  parameters: { id: pathId('thumbnail') },
  answers: { 200: ok('The thumbnail.', schema), ...notModified },
  async handle({ caller, parameters: { id }, services: { reader }, links }) {
    const row = found(await thumbnails.get(reader, caller, id))
    return thumbnail(row, links)
  },
})
