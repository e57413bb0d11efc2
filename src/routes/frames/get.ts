import { found } from '../../errors.ts'
import { frameParts, partsOf } from '../../http/frame_parameters.ts'
import { notModified, ok, operation, pathId } from '../../http/operation.ts'
import { paging } from '../../http/paging.ts'
import { lookUp } from '../../http/reading.ts'
import { getFrame } from '../../queries/frames/get.ts'
import { showFrame } from '../../views/frame.ts'

export const framesGet = operation('framesGet', 'GET /frames/{id}/', {
  summary: 'One frame',
  description: 'A frame with its versions, newest first, and the address of the newest file.',
  visibility: 'anyone',
  parameters: { id: pathId('frame'), ...frameParts, format: paging.format },
  answers: { 200: ok('The frame.', 'frame'), ...notModified },
  async handle({ c, caller, parameters, links }) {
    const { id } = parameters
    const row = await lookUp(c, 'quick', (sql) => getFrame(sql, caller, id, partsOf(parameters)))
    return showFrame(found(row), links)
  },
})
