import type { RequestContext } from '../http/operation.ts'
import { page } from './page.tsx'

const NoScript = ({ name }: { name: string }) => (
  <noscript>
    <div class="plain">
      {name} needs JavaScript. The same is in <a href="/openapi.json">the OpenAPI document</a>.
    </div>
  </noscript>
)

// both write style elements
const CSP = { 'script-src': "'self'", 'style-src': "'self' 'unsafe-inline'", 'connect-src': "'self'" }

/** Swagger UI, to try operations out. */
export const swaggerPage = (c: RequestContext): Promise<Response> =>
  page(
    c,
    {
      path: '/docs/',
      heading: 'API',
      main: (
        <main id="docs">
          <NoScript name="Swagger UI" />
        </main>
      ),
    },
    { scripts: ['swagger-ui-bundle.js', 'docs.js'], styles: ['swagger-ui.css'], csp: CSP },
  )

/** Redoc, to read. */
export const redocPage = (c: RequestContext): Promise<Response> =>
  page(
    c,
    {
      path: '/redoc/',
      heading: 'API reference',
      main: (
        <main id="redoc">
          <NoScript name="Redoc" />
        </main>
      ),
    },
    // its search index is built by a worker made from a blob
    { scripts: ['redoc.standalone.js', 'redoc.js'], csp: { ...CSP, 'worker-src': 'blob:' } },
  )
