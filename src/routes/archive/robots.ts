import { z } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'

const RULES = 'User-agent: *\nDisallow: /'

export const robots = operation(
  {
    id: 'robots',
    method: 'get',
    path: '/robots.txt',
    tag: 'archive',
    summary: 'What crawlers may read',
    description: 'Nothing: an archive is for those who search it.',
    visibility: 'anyone',
    answers: {
      200: {
        description: 'The rules for crawlers.',
        content: { 'text/plain': { schema: z.string().openapi({ description: 'The rules.', example: RULES }) } },
      },
    },
  },
  ({ c }) => c.text(RULES),
)
