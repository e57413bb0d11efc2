import { ADDS, frameChange } from '../../http/frame_change.ts'
import { operation } from '../../http/operation.ts'
import { wholeFrame } from '../../http/record_bodies.ts'

export const framesUpdate = operation('framesUpdate', 'PUT /frames/{id}/', {
  ...frameChange,
  summary: 'Update a whole frame',
  description: `Takes what a POST takes, all of it required there. ${ADDS}`,
  body: wholeFrame,
})
