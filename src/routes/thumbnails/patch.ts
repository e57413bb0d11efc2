import { operation } from '../../http/operation.ts'
import { partOfThumbnail } from '../../http/record_bodies.ts'
import { thumbnailChange } from '../../http/thumbnail_change.ts'

export const thumbnailsPatch = operation('thumbnailsPatch', 'PATCH /thumbnails/{id}/', {
  ...thumbnailChange,
  summary: 'Update parts of a thumbnail',
  body: partOfThumbnail,
})
