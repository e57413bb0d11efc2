import { operation } from '../../http/operation.ts'
import { thumbnailBody } from '../../http/record_bodies.ts'
import { changeThumbnail, thumbnailChange } from '../../http/thumbnail_change.ts'

export const thumbnailsPatch = operation(
  {
    ...thumbnailChange,
    id: 'thumbnailsPatch',
    method: 'patch',
    summary: 'Update parts of a thumbnail',
    body: thumbnailBody('partial'),
  },
  changeThumbnail,
)
