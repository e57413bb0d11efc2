import { operation } from '../../http/operation.ts'
import { thumbnailBody } from '../../http/record_bodies.ts'
import { changeThumbnail, thumbnailChange } from '../../http/thumbnail_change.ts'

export const thumbnailsUpdate = operation(
  {
    ...thumbnailChange,
    id: 'thumbnailsUpdate',
    method: 'put',
    summary: 'Update a whole thumbnail',
    body: thumbnailBody('whole'),
  },
  changeThumbnail,
)
