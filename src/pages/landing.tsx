import type { RequestContext } from '../http/operation.ts'
import { page } from './page.tsx'

const DOCUMENTATION = [
  ['/docs/', 'Try it', 'every operation, with a form to send requests from (Swagger UI)'],
  ['/redoc/', 'Reference', 'the same to read (Redoc)'],
  ['/openapi.json', 'OpenAPI document', 'the same for programs'],
]
const COLLECTIONS = [
  ['/frames/', 'Frames', 'exposures and data products'],
  ['/frames/aggregate/', 'Aggregates', 'the sites, instruments, filters and proposals that occur'],
  ['/thumbnails/', 'Thumbnails', 'JPEGs of frames'],
  ['/versions/', 'Versions', 'stored files, for staff'],
  ['/profile/', 'Profile', 'who you are to the archive'],
]

const Links = ({ entries }: { entries: string[][] }) => (
  <dl>
    {entries.map(([address, name, about]) => (
      <div>
        <dt>
          <a href={address}>{name}</a>
        </dt>
        <dd>{about}</dd>
      </div>
    ))}
  </dl>
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
        <Links entries={DOCUMENTATION} />
        <h2>Collections</h2>
        <Links entries={COLLECTIONS} />
        <h2>From a terminal</h2>
        <pre>
          <code>curl '{c.var.base}/frames/?limit=1'</code>
        </pre>
      </main>
    ),
  })
