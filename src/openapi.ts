import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { operations } from './routes/index.ts'

const DESCRIPTION = `Search, look at and download the frames of an observatory.

A **frame** is one exposure or data product, known by its unique *basename*; each of its stored files is a **version**, the newest being *the*
file. A frame is **public** once its \`public_date\` has passed; before that only the members of its proposal see it: for everybody else it
does not exist.`

/** The OpenAPI document of the archive, from the declarations of its operations. */
export function openApiDocument(version: string): object {
  const registry = new OpenAPIRegistry()
  for (const { route } of operations) registry.registerPath(route)
  const scheme = (name: string, component: object) => registry.registerComponent('securitySchemes', name, component as never)
  scheme('token', { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Token KEY`: a token of the archive, or the api token of the Observation Portal.' })
  scheme('bearer', { type: 'http', scheme: 'bearer', description: 'An OAuth access token of the Observation Portal.' })
  scheme('server', { type: 'apiKey', in: 'header', name: 'Authorization', description: '`Server KEY`: the key that archive and Observation Portal share.' })
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Platestack', version, description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/', description: 'This archive' }],
    tags: [
      { name: 'frames', description: 'Frames: search, read, write, download.' },
      { name: 'thumbnails', description: 'JPEGs of frames, in sizes.' },
      { name: 'versions', description: 'Stored files.' },
      { name: 'files', description: 'The files themselves, where the archive serves them.' },
      { name: 'authentication', description: 'Users and tokens.' },
      { name: 'archive', description: 'The archive itself.' },
    ],
  })
}
