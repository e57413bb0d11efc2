import { answerFrameDownload } from '../../http/downloads.ts'
import { bytesOf, operation, pathId } from '../../http/operation.ts'

export const framesFunpack = operation('framesFunpack', 'GET /frame-funpack/{id}/funpack/', {
  summary: 'The file of a frame, unpacked',
  description: 'The newest file as `funpack -C -S` writes it; a file that is not packed comes as it is.',
  visibility: 'anyone',
  parameters: { id: pathId('frame') },
  refusals: [422],
  answers: bytesOf('The unpacked FITS file.'),
  handle: ({ c, parameters: { id } }) => answerFrameDownload(c, id, 'unpacked'),
})
