import { readdirSync, readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { clientsDocument } from '../src/openapi/clients.ts'
import { openApiDocument } from '../src/openapi/document.ts'
import { version } from '../src/version.ts'

type Json = Record<string, unknown>
interface Parameter {
  name: string
  in: string
  description?: string
  example?: unknown
  schema: Json
}
interface Response {
  description?: string
  headers?: Record<string, { description?: string; example?: unknown; schema: Json }>
  content?: Record<string, { schema?: Json; example?: unknown }>
}
interface Operation {
  operationId: string
  summary?: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, { schema: Json }> }
  responses: Record<string, Response>
}
interface Document {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, { description: string }> }
}

const text = readFileSync('openapi/openapi.json', 'utf8')
const textForClients = readFileSync('openapi/clients.json', 'utf8')
const document = JSON.parse(text) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

/** Every schema of the document with where it is, down to the properties of properties. */
function* schemasIn(schema: Json, at: string): Generator<{ at: string; schema: Json }> {
  yield { at, schema }
  for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, Json>))
    yield* schemasIn(property, `${at}.${name}`)
  if (schema.items) yield* schemasIn(schema.items as Json, `${at}[]`)
}
const named = Object.entries(document.components.schemas).flatMap(([name, schema]) => [...schemasIn(schema, name)])

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ $id: 'https://archive.example/', ...document })
/** What is wrong with a value by a schema of the document; null: nothing. */
const faults = (schema: Json, value: unknown) => {
  const local = JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components/', '"https://archive.example/#/components/'),
  )
  const valid = ajv.compile(local)
  return valid(value) ? null : valid.errors
}

test('the committed documents are what the routes declare', () => {
  expect(`${JSON.stringify(openApiDocument(version), null, 2)}\n`).toBe(text)
  expect(`${JSON.stringify(clientsDocument(version), null, 2)}\n`).toBe(textForClients)
})

test.each([
  ['3.1', text],
  ['3.0', textForClients],
])('the document is valid OpenAPI %s', async (version, text) => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(text))
  expect([valid, errors, validator.version]).toEqual([true, undefined, version])
})

test('clients are told how wide numbers are', () => {
  const { schemas } = (JSON.parse(textForClients) as Document).components
  expect(schemas.Frame!.properties).toMatchObject({
    id: { type: 'integer', format: 'int64' },
    exposure_time: { type: 'number', format: 'double', nullable: true },
    related_frames: { items: { format: 'int64' } },
  })
  expect(schemas.FrameInput!.properties).toMatchObject({ request_id: { type: 'integer', maximum: 2147483647 } })
  expect(textForClients).not.toMatch(/"type": "number"(?!,\s*("nullable": true,\s*)?"format": "double")/)
})

test('every operation has its own id, which is the name of its file', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  const declared = readdirSync('src/routes', { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && readFileSync(`src/routes/${file}`, 'utf8').includes(' = operation('))
    // the pages' assets are no part of the API
    .filter((file) => file !== 'archive/page_assets.ts')
  const idOf = (file: string) =>
    file
      .replace(/^archive\//, '')
      .replace(/\.ts$/, '')
      .replace(/[/_](.)/g, (_, letter: string) => letter.toUpperCase())
  expect(declared.map(idOf).sort()).toEqual(ids.sort())
})

test('every operation says what it does, is filed under known tags, and names known security schemes', () => {
  const tags = new Set(document.tags.map(({ name }) => name))
  const schemes = new Set(Object.keys(document.components.securitySchemes))
  const holes = operations.filter(
    ({ operation: { summary, description, tags: filed, security } }) =>
      !summary ||
      !description ||
      filed.length === 0 ||
      filed.some((tag) => !tags.has(tag)) ||
      security.length === 0 ||
      security.flatMap(Object.keys).some((scheme) => !schemes.has(scheme)),
  )
  expect(holes.map(({ operation }) => operation.operationId)).toEqual([])
  const used = new Set(operations.flatMap(({ operation }) => operation.security.flatMap(Object.keys)))
  expect([...used].sort()).toEqual([...schemes].sort())
  expect(Object.values(document.components.securitySchemes).every((scheme) => scheme.description)).toBe(true)
})

test('every parameter has a description and an example that its schema allows', () => {
  const holes = operations.flatMap(({ operation }) =>
    (operation.parameters ?? [])
      .filter(
        ({ description, example, schema }) => !description || example === undefined || faults(schema, example) !== null,
      )
      .map(({ name }) => `${operation.operationId}.${name}`),
  )
  expect(holes).toEqual([])
})

test('what has a unit names it', () => {
  const units: Record<string, RegExp> = {
    exposure_time: /second/,
    EXPTIME: /second|same as/,
    query_timeout: /millisecond/,
    expires: /seconds/,
    covers: /degrees/,
    intersects: /degrees/,
    box: /degrees/,
    cone: /degrees/,
    area: /degrees/,
    coordinates: /degrees/,
    start: /UTC/,
    end: /UTC/,
    DATE_OBS: /UTC|same as/,
    L1PUBDAT: /UTC|same as/,
    observation_date: /UTC/,
    public_date: /UTC/,
    created: /UTC/,
    generated_at: /UTC/,
  }
  const said = [
    ...operations.flatMap(({ operation }) =>
      (operation.parameters ?? []).map(({ name, description }) => ({ name, description })),
    ),
    ...named.map(({ at, schema }) => ({
      name: at.split('.').at(-1)!,
      description: schema.description as string | undefined,
    })),
  ]
  expect(Object.keys(units).filter((name) => !said.some((s) => s.name === name))).toEqual([])
  expect(said.filter(({ name, description }) => description && units[name] && !units[name].test(description))).toEqual(
    [],
  )
})

test('every property has a description and an example, of its own or of the schema that it refers to', () => {
  const referred = (schema: Json) => schema.$ref && document.components.schemas[String(schema.$ref).split('/').at(-1)!]
  const whole = (schema: Json): boolean => {
    const items = schema.items as Json | undefined
    const target = (referred(schema) ?? (items && referred(items))) as Json | undefined
    if (!schema.description && !target?.description) return false
    if (schema.example !== undefined || target?.example !== undefined) return true
    const inner = Object.values((target?.properties ?? schema.properties ?? {}) as Record<string, Json>)
    return inner.length > 0 && inner.every(whole)
  }
  const properties = named.filter(({ at }) => /\.[^[]*$/.test(at))
  expect(properties.filter(({ schema }) => !whole(schema)).map(({ at }) => at)).toEqual([])
})

test('every example of a schema, a response and a header is allowed by its schema', () => {
  const examples = [
    ...named.map(({ at, schema }) => ({ at, schema, example: schema.example })),
    ...operations.flatMap(({ operation: { operationId, responses } }) =>
      Object.entries(responses).flatMap(([status, { content = {}, headers = {} }]) => [
        ...Object.values(content).map(({ schema, example }) => ({
          at: `${operationId} ${status}`,
          schema: schema!,
          example,
        })),
        ...Object.entries(headers).map(([name, { schema, example }]) => ({
          at: `${operationId} ${status} ${name}`,
          schema,
          example,
        })),
      ]),
    ),
  ].filter(({ example }) => example !== undefined)
  expect(examples.length).toBeGreaterThan(100)
  expect(
    examples
      .map(({ at, schema, example }) => ({ at, faults: faults(schema, example) }))
      .filter((e) => e.faults !== null),
  ).toEqual([])
})

test('what an operation takes and gives as JSON has an example, of its own or of all that it is made of', () => {
  const target = (schema: Json) =>
    (schema.$ref ? document.components.schemas[String(schema.$ref).split('/').at(-1)!] : schema)!
  const isShown = (schema: Json): boolean => {
    const { example, properties, items, anyOf, allOf } = target(schema) as Record<string, Json | undefined>
    if (example !== undefined) return true
    if (items) return isShown(items)
    const parts = (anyOf ?? allOf) as Json[] | undefined
    if (parts) return parts.every(isShown)
    return properties !== undefined && Object.values(properties as Record<string, Json>).every(isShown)
  }
  const bodies = operations.flatMap(({ operation: { operationId, requestBody, responses } }) =>
    [requestBody, ...Object.values(responses)].flatMap((body) =>
      Object.entries(body?.content ?? {})
        .filter(([type]) => /json/.test(type))
        .map(([, { schema, example }]: [string, { schema?: Json; example?: unknown }]) => ({
          operationId,
          schema,
          example,
        })),
    ),
  )
  expect(bodies.length).toBeGreaterThan(100)
  const holes = bodies.filter(({ schema, example }) => example === undefined && !(schema && isShown(schema)))
  expect(holes.map(({ operationId }) => operationId)).toEqual([])
})

test('an operation is declared by the builder alone, which adds what follows from its visibility', () => {
  const files = readdirSync('src/routes', { recursive: true })
    .map((file) => `src/routes/${String(file)}`)
    .filter((file) => file.endsWith('.ts'))
  const aside = files.filter((file) => /createRoute|as never|requestBody|\bsecurity:/.test(readFileSync(file, 'utf8')))
  expect(aside).toEqual([])
  const open = operations.filter(({ operation }) => operation.security.some((s) => Object.keys(s).length === 0))
  const restricted = operations.filter((o) => !open.includes(o))
  expect(restricted.length).toBeGreaterThan(10)
  expect(restricted.filter(({ operation }) => !operation.responses[401] || !operation.responses[403])).toEqual([])
})

test('every status says what it means, and has a body unless it is one that has none', () => {
  const holes = operations.flatMap(({ operation: { operationId, responses } }) =>
    Object.entries(responses)
      .filter(
        ([status, { description, content }]) =>
          !description ||
          (['204', '303', '304', '416'].includes(status)
            ? content
            : Object.values(content ?? {}).every(({ schema }) => !schema)),
      )
      .map(([status]) => `${operationId} ${status}`),
  )
  expect(holes).toEqual([])
})

test('every operation documents the refusals it may answer with', () => {
  const missing = operations.flatMap(
    ({ method, path, operation: { operationId, security, responses, requestBody, parameters = [] } }) => {
      if (path.startsWith('/health/')) return []
      const anyone = security.some((s) => Object.keys(s).length === 0)
      const expected = [
        ...['401', '429', '500', '503'],
        ...(requestBody ? ['400', '415'] : []),
        // its lines have a limit, each by itself, and the body has none
        ...(requestBody && operationId !== 'framesBulk' ? ['413'] : []),
        ...(anyone && (method === 'get' || path === '/frames/zip/') ? [] : ['403']),
        ...(parameters.some((p) => p.in === 'path') ? ['404'] : []),
      ]
      return expected.filter((status) => !responses[status]).map((status) => `${operationId} ${status}`)
    },
  )
  expect(missing).toEqual([])
})
