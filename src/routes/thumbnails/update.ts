import { operation } from '../../http/operation.ts'
import { wholeThumbnail } from '../../http/record_bodies.ts'
import { thumbnailChange } from '../../http/thumbnail_change.ts'

export const thumbnailsUpdate = operation('thumbnailsUpdate', 'PUT /thumbnails/{id}/', {
  ...thumbnailChange,
  summary: 'Update a whole thumbnail',
  body: wholeThumbnail,
})
