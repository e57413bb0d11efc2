import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import type { Operation } from '../http/operation.ts'
import { operations, unlistedSchemas } from '../routes/index.ts'

const DESCRIPTION = `Search, look at and download the frames of an observatory.

A **frame** is one exposure or data product, known by its unique *basename*; each of its stored files is a **version**, the newest being *the*
file. A frame is **public** once its \`public_date\` has passed; before that only the members of its proposal see it: for everybody else it
does not exist.

Every path ends in a slash. Without it a GET is redirected; \`.json\` may stand in its place. Any origin may ask from a browser (CORS). Times
are UTC, angles degrees, exposures seconds.`

/** The OpenAPI document of the archive, from the declarations of its operations. */
export const openApiDocument = (version: string): object => documentOf(operations, version)

/** The document of some of the operations. */
export function documentOf(some: readonly Operation[], version: string): object {
  const registry = new OpenAPIRegistry()
  for (const [name, schema] of Object.entries(unlistedSchemas)) registry.register(name, schema)
  for (const { route } of some) if (!('hide' in route && route.hide)) registry.registerPath(route)
  const scheme = registry.registerComponent.bind(registry, 'securitySchemes')
  scheme('server', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`Server KEY`: the key that archive and Observation Portal share.',
  })
  scheme('session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'sessionid',
    description:
      'The session of a browser, begun at `/api-auth/login/`. What writes has to come from a page of the archive itself.',
  })
  scheme('bearer', { type: 'http', scheme: 'bearer', description: 'An OAuth access token of the Observation Portal.' })
  scheme('token', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      '`Token KEY`, the word included: a token of the archive (from `/api-token-auth/`), or the api token of the Observation Portal.',
  })
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Platestack',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
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
