import { found } from '../../errors.ts'
import { frameParts, partsOf } from '../../http/frame_parameters.ts'
import { notModified, ok, operation, pathId } from '../../http/operation.ts'
import { paging } from '../../http/paging.ts'
import { getFrame } from '../../queries/frames/get.ts'
import { showFrame } from '../../views/frame.ts'

export const framesGet = operation('framesGet', 'GET /frames/{id}/', {
  summary: 'One frame',
  description: 'A frame with its versions, newest first, and the address of the newest file.',
  visibility: 'anyone',
  parameters: { id: pathId('frame'), ...frameParts, format: paging.format },
  answers: { 200: ok('The frame.', 'frame'), ...notModified },
  async handle({ caller, parameters, services: { reader }, links }) {
    const row = found(await getFrame(reader, caller, parameters.id, partsOf(parameters)))
    return showFrame(row, links)
  },
})
