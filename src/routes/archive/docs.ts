import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, htmlPage, refusals } from '../../http/responses.ts'
import { html } from '../../pages/html.ts'
import { page } from '../../pages/page.ts'

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
  (c) =>
    page(
      c,
      {
        path: '/docs/',
        heading: 'API',
        main: html`<main id="docs"><noscript><div class="plain">Swagger UI needs JavaScript. The same is in <a href="/openapi.json">the OpenAPI document</a>.</div></noscript></main>`,
      },
      {
        scripts: ['swagger-ui-bundle.js', 'docs.js'],
        styles: ['swagger-ui.css'],
        csp: { 'script-src': "'self'", 'style-src': "'self' 'unsafe-inline'", 'connect-src': "'self'" },
      },
    ),
)
