import type { RequestContext } from '../http/operation.ts'
import { page } from './page.tsx'

const Entry = ({ address, name, about }: { address: string; name: string; about: string }) => (
  <div>
    <dt>
      <a href={address}>{name}</a>
    </dt>
    <dd>{about}</dd>
  </div>
)

/** What a browser sees at `/`. */
export const landing = (c: RequestContext): Promise<Response> =>
  page(c, {
    path: '/',
    heading: 'Welcome',
    main: (
      <main class="plain">
        <h1>{c.env.config.appearance.title}</h1>
        <p>Frames of an observatory, to search, look at and download over HTTP.</p>
        <h2>Documentation</h2>
        <dl>
          <Entry
            address="/docs/"
            name="Try it"
            about="every operation, with a form to send requests from (Swagger UI)"
          />
          <Entry address="/redoc/" name="Reference" about="the same to read (Redoc)" />
          <Entry address="/openapi.json" name="OpenAPI document" about="the same for programs" />
        </dl>
        <h2>Collections</h2>
        <dl>
          <Entry address="/frames/" name="Frames" about="exposures and data products" />
          <Entry
            address="/frames/aggregate/"
            name="Aggregates"
            about="the sites, instruments, filters and proposals that occur"
          />
          <Entry address="/thumbnails/" name="Thumbnails" about="JPEGs of frames" />
          <Entry address="/versions/" name="Versions" about="stored files, for staff" />
          <Entry address="/profile/" name="Profile" about="who you are to the archive" />
        </dl>
        <h2>From a terminal</h2>
        <pre>
          <code>curl '{c.var.base}/frames/?limit=1'</code>
        </pre>
      </main>
    ),
  })
