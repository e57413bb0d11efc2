import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, htmlPage, refusals } from '../../http/responses.ts'
import { redocPage } from '../../pages/documentation.tsx'

export const redoc = operation(
  createRoute({
    method: 'get',
    path: '/redoc/',
    operationId: 'redoc',
    tags: ['archive'],
    summary: 'The documentation, to read',
    description: 'Redoc. All that it needs comes from the archive itself.',
    security: anyone,
    responses: { 200: htmlPage('The page.'), ...refusals() },
  }),
  redocPage,
)
