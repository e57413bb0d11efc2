import { z } from '@hono/zod-openapi'
import { MOST_MATCHES } from './filters.ts'

const list = (description: string, example: string) => z.array(z.string()).openapi({ description, example: [example] })

/** What GET /frames/aggregate/ answers. */
export const aggregates = z
  .object({
    sites: list('Site codes.', 'ogg'),
    telescopes: list('Telescope codes.', '2m0a'),
    filters: list('Primary optical elements.', 'rp'),
    instruments: list('Instrument codes.', 'fs02'),
    obstypes: list('Configuration types.', 'EXPOSE'),
    proposals: list('Proposals.', 'KEY2014A-002'),
    counts: z
      .record(z.string(), z.record(z.string(), z.int().openapi({ format: 'int64' })))
      .optional()
      .openapi({
        description: 'With `counts=true`: of each list above, how many frames have each of its values.',
        example: { sites: { ogg: 1520 } },
      }),
    is_partial: z
      .literal(true)
      .optional()
      .openapi({
        description: `More than ${MOST_MATCHES} frames match filters that are not counted beforehand; these are the values of so many of them.`,
        example: true,
      }),
    generated_at: z.string().openapi({
      format: 'date-time',
      description: 'When this was computed, UTC.',
      example: '2016-06-01T00:00:00.000Z',
    }),
  })
  .openapi('Aggregates')
