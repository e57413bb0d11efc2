import { operations } from '../routes/index.ts'
import { documentOf } from './document.ts'

type Json = Record<string, unknown>
interface Content {
  content?: Record<string, Json>
}
interface Operation {
  parameters?: { deprecated?: boolean }[]
  requestBody?: Content
  responses: Record<string, Content>
  security: Record<string, string[]>[]
}
interface Document {
  info: Json & { license: Json }
  tags: Json[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Json; securitySchemes: Json }
}

/**
 * The variant of the OpenAPI document that clients are generated from: what programs call, with one
 * way to do it each. Bodies and answers have one media type, where generated Python joins several in
 * a union of the same type, which does not import. Older names of parameters and sessions of
 * browsers are left out. It is OpenAPI 3.0, since oapi-codegen and openapi-generator know 3.1 in part.
 */
export function clientsDocument(version: string): object {
  const programs = operations.filter(({ forBrowsers }) => !forBrowsers)
  const { info, tags, paths, components } = documentOf(programs, version) as Document
  const { session, ...securitySchemes } = components.securitySchemes
  return {
    openapi: '3.0.3',
    info: { ...info, license: { name: info.license.name, url: 'https://www.apache.org/licenses/LICENSE-2.0' } },
    servers: [{ url: 'http://127.0.0.1:8000', description: 'Where `platestack serve` listens.' }],
    tags,
    paths: toOpenApi30(mapValues(paths, (methods) => mapValues(methods, forClients))),
    components: { schemas: toOpenApi30(components.schemas), securitySchemes },
  }
}

const mapValues = <T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))

function forClients(operation: Operation): Operation {
  return {
    ...operation,
    ...(operation.parameters && { parameters: operation.parameters.filter(({ deprecated }) => !deprecated) }),
    ...(operation.requestBody && { requestBody: inOneType(operation.requestBody) }),
    responses: mapValues(operation.responses, inOneType),
    security: operation.security.filter((way) => !('session' in way)),
  }
}

/** A body or an answer in JSON, where it can be had so; else in the first of its types. */
function inOneType<T extends Content>(body: T): T {
  if (!body.content) return body
  const json = 'application/json'
  const type = json in body.content ? json : Object.keys(body.content)[0]!
  return { ...body, content: { [type]: body.content[type]! } }
}

/** JSON with what its schemas say in 3.1 in the words of 3.0: `nullable` in place of the type null. */
function toOpenApi30(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(toOpenApi30)
  if (typeof json !== 'object' || json === null) return json
  const { type, ...rest } = mapValues(json as Json, toOpenApi30)
  // generated Go sends null for a choice that is nullable itself, and not for one of its kinds
  const nullable = (rest.anyOf as Json[] | undefined)?.some((kind) => kind.nullable) && { nullable: true }
  if (!Array.isArray(type)) return { ...(type !== undefined && { type }), ...rest, ...nullable }
  return { type: type.find((t) => t !== 'null'), nullable: true, ...rest }
}
