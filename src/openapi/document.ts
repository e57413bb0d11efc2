import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import type { Declared, Operation } from '../http/operation.ts'
import { describeParameters } from '../http/parameters.ts'
import { POSITION_HEADER } from '../http/position.ts'
import { type Answer, type Content, header, type Refused, refusals } from '../http/responses.ts'
import { VISIBILITY } from '../http/visibility.ts'
import { operations } from '../routes/index.ts'
import { bulkOutcome } from '../schemas/bulk.ts'
import { declared } from '../schemas/declared.ts'
import { versionInput } from '../schemas/frames.ts'

const DESCRIPTION = `Search, look at and download the frames of an observatory.

A **frame** is one exposure or data product, known by its unique *basename*; each of its stored files is a **version**, the newest being *the*
file. A frame is **public** once its \`public_date\` has passed; before that only the members of its proposal see it: for everybody else it
does not exist.

Every path ends in a slash. Without it a GET is redirected; \`.json\` may stand in its place. Any origin may ask from a browser (CORS). Times
are UTC, angles degrees, exposures seconds.

Where a replica is read from, whoever writes reads it back at once. Another client that has to know of the write sends the header
\`X-Archive-Position\` of its answer with its reads, for up to a minute: it is opaque, and one that is not valid is ignored.`

/** The OpenAPI document of the archive, from the declarations of its operations. */
export const openApiDocument = (version: string): object => documentOf(operations, version)

/** The document of some of the operations. */
export function documentOf(some: readonly Operation[], version: string): object {
  const registry = new OpenAPIRegistry()
  // referred to by their names alone: a list of versions is parsed by hand, and a stream of lines has no schema for each
  registry.register('VersionInput', versionInput)
  registry.register('BulkOutcome', bulkOutcome)
  for (const operation of some) if (!operation.declaration.hidden) registry.registerPath(routeOf(operation))
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

/** The tags of operations, by the beginnings of their ids; all others are of the archive itself. */
const TAGS: Record<string, string> = {
  frames: 'frames',
  thumbnails: 'thumbnails',
  versions: 'versions',
  files: 'files',
  auth: 'authentication',
  session: 'authentication',
}

/** The declaration of an operation, with the schemas that it names. */
function routeOf({ id, method, path, declaration }: Operation): RouteConfig {
  const { summary, description, visibility, parameters = {}, body, answers } = declaration
  const { security, says } = VISIBILITY[visibility]
  return createRoute({
    method: method.toLowerCase() as 'get',
    path,
    operationId: id,
    tags: [TAGS[/^[a-z]+/.exec(id)![0]] ?? 'archive'],
    summary,
    description: [says, description].filter(Boolean).join(' '),
    security,
    ...(Object.keys(parameters).length && { parameters: describeParameters(parameters) }),
    ...(body && { request: { body: { required: true, content: contentOf(body.content) } } }),
    responses: each(
      {
        ...refusals(refusedBy(method, declaration)),
        ...(writes(method, declaration) ? each(answers, written) : answers),
      },
      responseOf,
    ),
  })
}

const writes = (method: string, { visibility }: Declared): boolean => method !== 'GET' && visibility === 'superuser'

const POSITION = header(
  'Where there is a replica: sent back with reads of the next minute, these know of the write.',
  'dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd',
)

/** The answer of what writes; a refusal writes nothing. */
const written = (answer: Answer, status: string): Answer =>
  status < '300' ? { ...answer, headers: { ...answer.headers, [POSITION_HEADER]: POSITION } } : answer

const each = <T, U>(things: Record<string, T>, make: (thing: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(things).map(([name, thing]) => [name, make(thing, name)]))

const responseOf = ({ content, ...answer }: Answer) => ({ ...answer, ...(content && { content: contentOf(content) }) })

const contentOf = (content: Content) =>
  each(content, ({ schema, ...more }) => ({
    schema: typeof schema === 'string' ? declared[schema] : schema,
    ...more,
  }))

/** The statuses of refusals. 401, 429, 500 and 503 may come from all that ask who calls. */
function refusedBy(method: string, declaration: Declared): Refused[] {
  const { visibility, parameters = {}, body, fromOtherSites } = declaration
  if (visibility === 'unidentified') return []
  const given = Object.values(parameters)
  const refused: Refused[] = [401, 429, 500, 503, ...(declaration.refusals ?? []), ...(body?.refusals ?? [])]
  if (given.some((p) => p.refuses)) refused.push(400)
  if (given.some((p) => p.in === 'path')) refused.push(404)
  if (visibility !== 'anyone' || (method !== 'GET' && fromOtherSites !== 'anonymous')) refused.push(403)
  return refused
}
