import type { RequestContext } from '../http/operation.ts'
import { page } from './page.tsx'

const Main = ({ id, program }: { id: string; program: string }) => (
  <main id={id}>
    <noscript>
      <div class="plain">
        {program} needs JavaScript. The same is in <a href="/openapi.json">the OpenAPI document</a>.
      </div>
    </noscript>
  </main>
)

// both programs write style elements
const CSP = { 'script-src': "'self'", 'style-src': "'self' 'unsafe-inline'", 'connect-src': "'self'" }

/** Swagger UI, to try operations out. */
export const swaggerPage = (c: RequestContext): Promise<Response> =>
  page(
    c,
    { path: '/docs/', heading: 'API', main: <Main id="docs" program="Swagger UI" /> },
    { scripts: ['swagger-ui-bundle.js', 'docs.js'], styles: ['swagger-ui.css'], csp: CSP },
  )

/** Redoc, to read. */
export const redocPage = (c: RequestContext): Promise<Response> =>
  page(
    c,
    { path: '/redoc/', heading: 'API reference', main: <Main id="redoc" program="Redoc" /> },
    // the worker that searches is made from a blob
    { scripts: ['redoc.standalone.js', 'redoc.js'], csp: { ...CSP, 'worker-src': 'blob:' } },
  )
