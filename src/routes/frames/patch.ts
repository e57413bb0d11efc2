import { ADDS, frameChange } from '../../http/frame_change.ts'
import { operation } from '../../http/operation.ts'
import { partOfFrame } from '../../http/record_bodies.ts'

export const framesPatch = operation('framesPatch', 'PATCH /frames/{id}/', {
  ...frameChange,
  summary: 'Update parts of a frame',
  description: `What is not given stays as it is. ${ADDS}`,
  body: partOfFrame,
})
