import { z } from '@hono/zod-openapi'
import { NOT_WRITTEN, WRITTEN } from '../outcome.ts'
import { writtenFrame } from './frame_answers.ts'

const line = z.int().openapi({ description: 'The number of the line, from 1; empty lines count.', example: 1 })
const { id, basename, url, filename, version_set } = writtenFrame.shape

const done = z
  .object({
    line,
    basename,
    outcome: z.enum(WRITTEN).openapi({
      description:
        '`created`: the frame is new, or was only named before. `new_version`: it got a version. `updated`: it was there, and no version was sent. `already_there`: it has all the versions; nothing was written.',
      example: 'created',
    }),
    id,
    filename,
    url,
    version_set,
  })
  .openapi('BulkDone', {
    description:
      'A frame that is there. Where it was already, `version_set` tells under which keys: what a client stored under others is not used.',
  })

const notDone = z
  .object({
    line,
    basename: z.string().nullable().openapi({
      description: 'The unique name of the frame; null where it could not be read.',
      example: 'cpt1m010-kb70-20160102-0010-e00',
    }),
    outcome: z.enum(NOT_WRITTEN).openapi({
      description: '`refused`: for good. `failed`: for a reason that may pass; the line may be sent again.',
      example: 'refused',
    }),
    status: z.int().openapi({ description: 'The status that a POST of this frame alone would have.', example: 400 }),
    errors: z.unknown().openapi({
      description: 'What was wrong, in the words of a POST of this frame alone.',
      example: { observation_day: ['This field is required.'] },
    }),
  })
  .openapi('BulkNotDone', { description: 'A line that was not written.' })

/** One line of the answer of POST /frames/bulk/. */
export const bulkOutcome = z.union([done, notDone]).openapi('BulkOutcome', {
  description: 'What became of a line.',
})
