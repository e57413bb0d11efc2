import { notModified, ok, operation, parameter } from '../../http/operation.ts'
import { forceCount, offsetPage, paging } from '../../http/paging.ts'
import { knowing } from '../../http/reading.ts'
import { searching } from '../../http/searching.ts'
import { listThumbnails, THUMBNAIL_FILTERS } from '../../queries/thumbnails/list.ts'
import { queryChoice, queryId, queryText } from '../../schemas/query_values.ts'
import { showThumbnail } from '../../views/thumbnail.ts'

export const thumbnailsList = operation('thumbnailsList', 'GET /thumbnails/', {
  summary: 'List thumbnails',
  description:
    'The thumbnails of the frames that the caller may see. More than 10 000 may be counted by an estimate (`count_estimated`), unless `force_count=true`.',
  visibility: 'anyone',
  parameters: {
    ...paging,
    force_count: forceCount,
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
  answers: { 200: ok('One page of thumbnails.', 'thumbnailPage'), ...notModified },
  async handle(asked) {
    const { limit, offset, force_count: exactly, ...given } = asked.parameters
    const filters = THUMBNAIL_FILTERS.filter((name) => given[name] !== undefined).map((name) => ({
      name,
      value: given[name],
    }))
    const pool = searching(asked.c).withLimits(knowing(asked.c))
    const found = await listThumbnails(pool, asked.caller, { filters, limit, offset, exactly })
    return offsetPage(asked, found, showThumbnail)
  },
})
