import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, htmlPage, refusals } from '../../http/responses.ts'
import { swaggerPage } from '../../pages/documentation.tsx'

export const docs = operation(
  createRoute({
    method: 'get',
    path: '/docs/',
    operationId: 'docs',
    tags: ['archive'],
    summary: 'The documentation, to try out',
    description: 'Swagger UI. All that it needs comes from the archive itself.',
    security: anyone,
    responses: { 200: htmlPage('The page.'), ...refusals() },
  }),
  swaggerPage,
)
