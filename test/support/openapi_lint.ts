/** What generators of clients break on, looked for in an OpenAPI document. */

type Json = Record<string, unknown>
interface Parameter {
  name: string
  description?: string
  deprecated?: boolean
}
interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  parameters?: Parameter[]
  requestBody?: { content?: Json }
  responses?: Record<string, { content?: Json }>
}
export interface Linted {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Json }
}

/** What is wrong with a document, as `rule: place`. @param older the newer names of parameters, by the older */
export function lint(document: Linted, older: ReadonlyMap<string, string> = new Map()): string[] {
  return [
    ...schemaFaults(document),
    ...collisions(Object.keys(document.components?.schemas ?? {})),
    ...operationsOf(document).flatMap(({ at, operation }) => [
      ...unnamed(operation).map((what) => `no ${what}: ${at}`),
      ...current(operation.parameters ?? [], older).map((name) => `older name, not deprecated: ${at} ${name}`),
      ...notBinary(operation).map((type) => `not binary: ${at} ${type}`),
    ]),
  ]
}

/** The same of the variant for clients, which says everything in one way. */
export function lintForClients(document: Linted, older?: ReadonlyMap<string, string>): string[] {
  return [
    ...lint(document, older),
    ...operationsOf(document).flatMap(({ at, operation }) => [
      ...bodiesOf(operation)
        .filter(({ content }) => Object.keys(content).length > 1)
        .map(({ of }) => `several media types: ${at} ${of}`),
      ...(operation.parameters ?? []).filter((p) => p.deprecated).map(({ name }) => `deprecated: ${at} ${name}`),
    ]),
  ]
}

const operationsOf = ({ paths }: Linted) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, operation })),
  )

/** The faults of single schemas, wherever they are. */
function schemaFaults(document: Linted): string[] {
  return [...objectsIn(document, '#')].flatMap(({ at, object }) => {
    const { enum: values, oneOf, anyOf, allOf, type } = object
    const choices = [oneOf, anyOf, allOf].filter(Array.isArray).flat()
    const types = Array.isArray(type) ? type.filter((t) => t !== 'null') : []
    return [
      Array.isArray(values) && values.includes(null) && `null in an enum: ${at}`,
      choices.some(isNull) && `null as a choice: ${at}`,
      '$ref' in object && Object.keys(object).length > 1 && `siblings of $ref: ${at}`,
      types.length > 1 && `several types: ${at}`,
      isNarrow(object) && `narrow in Go: ${at}`,
    ].filter((fault) => fault !== false)
  })
}

/** Without a format, numbers are of 32 bits in generated Go and Java, and integers that need more are cut. */
const isNarrow = ({ type, format, maximum }: Json): boolean =>
  (String(type).startsWith('number') && format !== 'double') ||
  (String(type).startsWith('integer') && format !== 'int64' && Number(maximum) >= 2 ** 31)

const isNull = (schema: Json): boolean => String(schema.type) === 'null' || schema.const === null

/** Every object of a document but those inside of examples, which may hold anything. */
function* objectsIn(json: unknown, at: string): Generator<{ at: string; object: Json }> {
  if (typeof json !== 'object' || json === null) return
  if (!Array.isArray(json)) yield { at, object: json as Json }
  for (const [key, value] of Object.entries(json))
    if (!/^examples?$/.test(key) || at.endsWith('/properties')) yield* objectsIn(value, `${at}/${key}`)
}

/** Generated Go makes `NewFrame()` and `NullableFrame` of a schema `Frame`. */
const collisions = (names: readonly string[]): string[] =>
  names
    .filter((name) => names.includes(name.replace(/^(New|Nullable)(?=[A-Z])|WithDefaults$/, '')) && MADE.test(name))
    .map((name) => `collides with a constructor: ${name}`)
const MADE = /^(New|Nullable)[A-Z]|WithDefaults$/

const unnamed = ({ operationId, summary, tags }: Operation): string[] =>
  Object.entries({ operationId, summary, tags: tags?.[0] }).flatMap(([what, value]) => (value ? [] : [what]))

/** The parameters under an older name that are not marked so, or do not say what replaces them. */
const current = (parameters: readonly Parameter[], older: ReadonlyMap<string, string>): string[] =>
  parameters
    .filter(({ name, description, deprecated }) => {
      const newer = older.get(name)
      const isOlder = newer !== undefined && parameters.some((p) => p.name === newer)
      return isOlder && !(deprecated && description?.includes(`\`${newer}\``))
    })
    .map(({ name }) => name)

const bodiesOf = ({ requestBody, responses = {} }: Operation): { of: string; content: Json }[] =>
  [['request', requestBody] as const, ...Object.entries(responses)].map(([of, body]) => ({
    of,
    content: body?.content ?? {},
  }))

/** What is neither JSON, nor a form, nor text is bytes to a client: it is streamed. */
const notBinary = (operation: Operation): string[] =>
  bodiesOf(operation).flatMap(({ content }) =>
    Object.entries(content as Record<string, { schema?: Json }>)
      .filter(([type]) => !/^(application\/(json|x-www-form-urlencoded)|multipart\/form-data|text\/.*)$/.test(type))
      .filter(([, { schema }]) => schema?.type !== 'string' || schema.format !== 'binary')
      .map(([type]) => type),
  )
