import { notModified, ok, operation, parameter } from '../../http/operation.ts'
import { offsetPage, pageOf, paging } from '../../http/paging.ts'
import { searching } from '../../http/searching.ts'
import * as thumbnails from '../../queries/thumbnails.ts'
import { thumbnail as schema } from '../../schemas/frame_answers.ts'
import { queryChoice, queryId, queryText } from '../../schemas/query_values.ts'
import { thumbnail } from '../../views/thumbnail.ts'

export const thumbnailsList = operation('thumbnailsList', 'GET /thumbnails/', {
  summary: 'List thumbnails',
  description: 'The thumbnails of the frames that the caller may see.',
  visibility: 'anyone',
  parameters: {
    ...paging,
    frame_basename: parameter(
      {
        description: 'Only thumbnails of the frame of this basename.',
        example: 'cpt1m010-kb70-20160102-0010-e91',
      },
      queryText,
    ),
    proposal_id: parameter(
      { description: 'Only thumbnails of frames of this proposal.', example: 'KEY2014A-002' },
      queryText,
    ),
    observation_id: parameter(
      { type: 'integer', description: 'Only thumbnails of frames of this observation.', example: 1001 },
      queryId,
    ),
    request_id: parameter(
      { type: 'integer', description: 'Only thumbnails of frames of this request.', example: 2001 },
      queryId,
    ),
    size: parameter({ description: 'Only thumbnails of this size.', example: 'small' }, (text, { config }) =>
      queryChoice(text, config.thumbnails.sizes),
    ),
  },
  answers: { 200: ok('One page of thumbnails.', pageOf(schema, 'ThumbnailPage')), ...notModified },
  async handle(asked) {
    const { c, caller, parameters } = asked
    const filters = thumbnails.THUMBNAIL_FILTERS.flatMap((name) =>
      parameters[name] === undefined ? [] : [{ name, value: parameters[name] }],
    )
    const found = await thumbnails.list(searching(c), caller, filters, parameters.limit, parameters.offset)
    return offsetPage(asked, found, thumbnail)
  },
})
