import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { inRepository } from './data.ts'

type Json = Record<string, unknown>
interface Operation {
  operationId: string
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>
}

const document = JSON.parse(readFileSync(inRepository('openapi/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

/** The ids of all operations of the document. */
export const operationIds: readonly string[] = Object.values(document.paths).flatMap((methods) =>
  Object.values(methods).map(({ operationId }) => operationId),
)

/** Fields that the document does not name are mistakes of the document: objects are closed, unless they say themselves what else they hold. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close)
  if (typeof schema !== 'object' || schema === null) return schema
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)])) as Json
  if (closed.properties && closed.additionalProperties === undefined && !('allOf' in closed))
    closed.additionalProperties = false
  return closed
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(close(document) as Json, 'archive')

const pointer = (...parts: string[]): string =>
  parts.map((p) => `/${p.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** The longest template wins: `/frames/aggregate/` is not the frame of id `aggregate`. */
const templates = Object.keys(document.paths)
  .map((path) => ({
    path,
    pattern: new RegExp(
      `^${path
        .replace(/[.]/g, '\\$&')
        .replace(/\{path\}/g, '.+')
        .replace(/\{\w+\}/g, '[^/]+')}$`,
    ),
  }))
  .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))

const validators = new Map<string, ValidateFunction>()
const checked = new Map<string, number>()

/** How many answers of each operation were validated, as `operationId status`. */
export const validated: ReadonlyMap<string, number> = checked

/** The operation of the document that answers a request; undefined: none does. */
export function operationOf(method: string, path: string): { template: string; operation: Operation } | undefined {
  const [name] = path.split('?')
  const routed =
    name!.endsWith('/') || name === '/robots.txt' || name!.startsWith('/files/')
      ? name!
      : `${name!.replace(/\.json$/, '')}/`
  const template = templates.find((t) => t.pattern.test(routed))?.path
  const operation = template && document.paths[template]![method.toLowerCase()]
  return template && operation ? { template, operation } : undefined
}

/**
 * What is wrong with an answer by the OpenAPI document: a status that its operation does not have, or a JSON body that its schema refuses.
 * Nothing is wrong with what no operation answers (OPTIONS, HEAD, redirects, 404 of unknown paths, 405).
 */
export function faultsOf(
  method: string,
  path: string,
  answer: { status: number; type: string | null; body: unknown },
): string[] {
  const found = operationOf(method, path)
  if (!found || answer.status === 301 || answer.status === 405) return []
  const { template, operation } = found
  const status = String(answer.status)
  const declared = operation.responses[status]
  if (!declared) return [`${operation.operationId} does not declare the status ${status}`]
  const content = declared.content?.['application/json']
  if (!content || !answer.type?.startsWith('application/json')) return []
  const key = `${operation.operationId} ${status}`
  let validate = validators.get(key)
  if (!validate) {
    const $ref = `archive#${encodeURI(pointer('paths', template, method.toLowerCase(), 'responses', status, 'content', 'application/json', 'schema'))}`
    validate = ajv.compile({ $ref })
    validators.set(key, validate)
  }
  checked.set(key, (checked.get(key) ?? 0) + 1)
  if (validate(answer.body)) return []
  return validate
    .errors!.slice(0, 5)
    .map((e) => `${key}: ${e.instancePath || 'the body'} ${e.message} ${JSON.stringify(e.params)}`)
}
