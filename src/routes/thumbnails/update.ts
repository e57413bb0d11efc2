import { operation } from '../../http/operation.ts'
import { thumbnailBody } from '../../http/record_bodies.ts'
import { thumbnailChange } from '../../http/thumbnail_change.ts'

export const thumbnailsUpdate = operation('thumbnailsUpdate', 'PUT /thumbnails/{id}/', {
  ...thumbnailChange,
  summary: 'Update a whole thumbnail',
  body: thumbnailBody('whole'),
})
