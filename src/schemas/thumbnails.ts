import { z } from '@hono/zod-openapi'
import { columnsSent, TYPE } from './columns.ts'
import { choice } from './fields.ts'
import { thumbnail as wire, writtenFrame } from './frame_answers.ts'
import { area, basename, perList, versionSet } from './frames.ts'

/** @param types the configuration types known; none given: not checked (for OpenAPI) */
const thumbnailObject = (sizes: readonly string[], types?: readonly string[]) =>
  z.object({
    basename: basename('The unique name of the thumbnail.', 'cpt1m010-kb70-20160102-0010-e91-small'),
    size: choice({ description: 'The size of the thumbnail.', example: 'small' }, sizes, { required: true }),
    frame_basename: basename('The frame that it is of, present or still to come.'),
    area: area({ nullable: true }),
    ...columnsSent,
    configuration_type: choice(TYPE, types && ['', ...types]),
    version_set: versionSet,
  })

export const thumbnailPut = thumbnailObject(['small', 'medium', 'large']).openapi('ThumbnailInput', {
  description: 'A thumbnail as it is sent, whole.',
})
export const thumbnailPatch = thumbnailPut
  .partial()
  .openapi('ThumbnailChange', { description: 'What is to change of a thumbnail.' })
export const writtenThumbnail = wire
  .omit({ id: true, frame: true })
  .extend({ frame: writtenFrame })
  .openapi('WrittenThumbnail', { description: 'A thumbnail as its creation answers it, with its frame.' })

const ofSizes = perList((sizes) => perList((types) => thumbnailObject(sizes, types)))
/** The schema of a thumbnail's POST and PUT, for a list of sizes and one of configuration types. */
export const thumbnailToPut = (sizes: readonly string[], types: readonly string[]) => ofSizes(sizes)(types)
