import { z } from '@hono/zod-openapi'
import { frame, thumbnail, version } from './frame_answers.ts'

/** A page of results, as every list answers. */
const pageOf = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      count: z.int().openapi({ format: 'int64', description: 'How many results there are in all.', example: 46 }),
      next: z.string().nullable().openapi({
        description: 'The next page; null on the last.',
        example: 'https://archive.example/frames/?limit=100&offset=100',
      }),
      previous: z.string().nullable().openapi({ description: 'The page before; null on the first.', example: null }),
      results: z.array(item).openapi({ description: 'The results of this page.' }),
    })
    .openapi(name)

/** A page of results whose count may be an estimate. */
const countedPageOf = <T extends z.ZodType>(item: T, name: string) => {
  const { count, ...rest } = pageOf(item, name).shape
  const estimated = z.literal(true).optional().openapi({
    description: 'true: `count` is an estimate, within a factor of two; absent where it is exact.',
    example: true,
  })
  return z.object({ count, count_estimated: estimated, ...rest }).openapi(name)
}

export const thumbnailPage = countedPageOf(thumbnail, 'ThumbnailPage')
export const versionPage = countedPageOf(version, 'VersionPage')

// not an extension: OpenAPI's allOf could not take back that `count` is required
export const framePage = z
  .object({
    ...pageOf(frame, 'FramePage').shape,
    count: z
      .int()
      .optional()
      .openapi({ format: 'int64', description: 'How many frames match; absent in pages by cursor.', example: 46 }),
    count_estimated: z.boolean().optional().openapi({
      description:
        'Whether `count` is an estimate, within a factor of two: of more than 20000 frames that match filters which are not counted beforehand (text, sky, header, id; a part of a target name alone is, newest first), from how many of 8000 frames match that are spread over all. Absent in pages by cursor.',
      example: false,
    }),
  })
  .openapi('FramePage')
