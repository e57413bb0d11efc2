import { createRoute, z } from '@hono/zod-openapi'
import { operation } from './operation.ts'
import { anyone, ok, refusals } from './responses.ts'

const declare = (path: string, operationId: string, summary: string, response: object) =>
  createRoute({ method: 'get', path, operationId, tags: ['archive'], summary, security: anyone, responses: { 200: response as never, ...refusals() } })

const collections = ['frames', 'versions', 'thumbnails', 'profile'] as const

export const root = operation(
  declare('/', 'root', 'The collections', ok('The address of each collection.', z.record(z.string(), z.string()), { frames: 'https://archive.example/frames/' })),
  (c) => c.json(Object.fromEntries(collections.map((name) => [name, `${c.var.base}/${name}/`]))),
)

export const health = operation(declare('/health/', 'health', 'Whether the archive answers', ok('It does.', z.literal('ok'), 'ok')), (c) => c.json('ok'))

export const robots = operation(
  declare('/robots.txt', 'robots', 'What crawlers may read', { description: 'Nothing.', content: { 'text/plain': { schema: z.string() } } }),
  (c) => c.text('User-agent: *\nDisallow: /'),
)
