import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, htmlPage, refusals } from '../../http/responses.ts'
import { html } from '../../pages/html.ts'
import { page } from '../../pages/page.ts'

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
  (c) =>
    page(
      c,
      {
        path: '/redoc/',
        heading: 'API reference',
        main: html`<main id="redoc"><noscript><div class="plain">Redoc needs JavaScript. The same is in <a href="/openapi.json">the OpenAPI document</a>.</div></noscript></main>`,
      },
      {
        scripts: ['redoc.standalone.js', 'redoc.js'],
        // styled-components writes style elements; the search index is built by a worker made of a blob
        csp: {
          'script-src': "'self'",
          'style-src': "'self' 'unsafe-inline'",
          'connect-src': "'self'",
          'worker-src': 'blob:',
        },
      },
    ),
)
