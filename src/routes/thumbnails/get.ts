import { found } from '../../errors.ts'
import { notModified, ok, operation, pathId } from '../../http/operation.ts'
import { lookUp } from '../../http/reading.ts'
import { getThumbnail } from '../../queries/thumbnails/get.ts'
import { showThumbnail } from '../../views/thumbnail.ts'

export const thumbnailsGet = operation('thumbnailsGet', 'GET /thumbnails/{id}/', {
  summary: 'One thumbnail',
  description: 'A thumbnail, with the id of its frame and where the JPEG is fetched.',
  visibility: 'anyone',
  parameters: { id: pathId('thumbnail') },
  answers: { 200: ok('The thumbnail.', 'thumbnail'), ...notModified },
  async handle({ c, caller, parameters: { id }, links }) {
    const row = found(await lookUp(c, 'quick', (sql) => getThumbnail(sql, caller, id)))
    return showThumbnail(row, links)
  },
})
