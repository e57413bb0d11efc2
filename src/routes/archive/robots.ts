import { z } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'

const RULES = 'User-agent: *\nDisallow: /'

export const robots = operation('robots', 'GET /robots.txt', {
  summary: 'What crawlers may read',
  description: 'Nothing: an archive is for those who search it.',
  visibility: 'anyone',
  forBrowsers: true,
  answers: {
    200: {
      description: 'The rules for crawlers.',
      content: { 'text/plain': { schema: z.string().openapi({ description: 'The rules.', example: RULES }) } },
    },
  },
  handle: ({ c }) => c.text(RULES),
})
