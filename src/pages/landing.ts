import type { RequestContext } from '../http/operation.ts'
import { html } from './html.ts'
import { page } from './page.ts'

const row = (address: string, name: string, about: string) =>
  html`<div><dt><a href="${address}">${name}</a></dt><dd>${about}</dd></div>`

/** What a browser sees at `/`. */
export const landing = (c: RequestContext): Promise<Response> =>
  page(c, {
    path: '/',
    heading: 'Welcome',
    main: html`<main class="plain">
      <h1>${c.env.config.appearance.title}</h1>
      <p>Frames of an observatory, to search, look at and download over HTTP.</p>
      <h2>Documentation</h2>
      <dl>
        ${[
          row('/docs/', 'Try it', 'every operation, with a form to send requests from (Swagger UI)'),
          row('/redoc/', 'Reference', 'the same to read (Redoc)'),
          row('/openapi.json', 'OpenAPI document', 'the same for programs'),
        ]}
      </dl>
      <h2>Collections</h2>
      <dl>
        ${[
          row('/frames/', 'Frames', 'exposures and data products'),
          row('/frames/aggregate/', 'Aggregates', 'the sites, instruments, filters and proposals that occur'),
          row('/thumbnails/', 'Thumbnails', 'JPEGs of frames'),
          row('/versions/', 'Versions', 'stored files, for staff'),
          row('/profile/', 'Profile', 'who you are to the archive'),
        ]}
      </dl>
      <h2>From a terminal</h2>
      <pre><code>curl '${c.var.base}/frames/?limit=1'</code></pre>
    </main>`,
  })
