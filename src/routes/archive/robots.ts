import { createRoute, z } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, refusals } from '../../http/responses.ts'

const RULES = 'User-agent: *\nDisallow: /'

export const robots = operation(
  createRoute({
    method: 'get',
    path: '/robots.txt',
    operationId: 'robots',
    tags: ['archive'],
    summary: 'What crawlers may read',
    description: 'Nothing: an archive is for those who search it.',
    security: anyone,
    responses: {
      200: {
        description: 'The rules for crawlers.',
        content: { 'text/plain': { schema: z.string().openapi({ description: 'The rules.', example: RULES }) } },
      },
      ...refusals(),
    },
  }),
  (c) => c.text(RULES),
)
