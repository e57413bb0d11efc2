import { answerFrameDownload } from '../../http/downloads.ts'
import { bytesOf, operation, pathId } from '../../http/operation.ts'

export const framesCatalog = operation('framesCatalog', 'GET /frame-catalog/{id}/catalog/', {
  summary: 'The catalogue of a frame',
  description:
    'A FITS file of a primary HDU with the header of the image (SCI) and the table of sources (CAT) of the newest file. 404 for a file without them.',
  visibility: 'anyone',
  parameters: { id: pathId('frame') },
  refusals: [422],
  answers: bytesOf('The catalogue.'),
  handle: ({ c, parameters: { id } }) => answerFrameDownload(c, id, 'catalog'),
})
