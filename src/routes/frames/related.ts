import { found } from '../../errors.ts'
import { notModified, ok, operation, pathId } from '../../http/operation.ts'
import { lookUp } from '../../http/reading.ts'
import { listRelated } from '../../queries/frames/related.ts'
import { showFrame } from '../../views/frame.ts'

export const framesRelated = operation('framesRelated', 'GET /frames/{id}/related/', {
  summary: 'The related frames of a frame',
  description:
    'The frames that the caller may see among those that the frame is related to: its calibrations, its catalogue, what was made of it.',
  visibility: 'anyone',
  parameters: { id: pathId('frame') },
  answers: { 200: ok('The related frames.', 'relatedFrames'), ...notModified },
  async handle({ c, caller, parameters: { id }, links }) {
    // a calibration may be related to thousands of frames
    const rows = found(await lookUp(c, 'search', (sql) => listRelated(sql, caller, id)))
    return rows.map((row) => showFrame(row, links))
  },
})
