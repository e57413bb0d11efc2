import { z } from '@hono/zod-openapi'
import { boolean, list, text } from './fields.ts'
import { parseInteger } from './values.ts'

/** What POST /frames/zip/ takes. */
export const zipRequest = z
  .object({
    frame_ids: list(
      (v) => parseInteger(v, 1, Number.POSITIVE_INFINITY),
      {
        description: 'The ids of the frames; those that the caller may not see are left out.',
        items: { type: 'integer', format: 'int64', minimum: 1 },
        example: [4, 5],
      },
      { required: true },
    ),
    uncompress: boolean({ description: 'true: fpacked files are unpacked.', example: false }),
    catalog_only: boolean({ description: 'true: of reduced frames only the catalogue.', example: false }),
    auth_token: text(255, 'blank', {
      description: 'The token of the user who asks, for forms that cannot send headers.',
      example: '9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b',
    }),
  })
  .openapi('ZipRequest')
