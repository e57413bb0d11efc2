import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FILTERS } from '../src/schemas/filters.ts'
import { type Linted, lint, lintForClients } from './support/openapi_lint.ts'

const read = (name: string) => JSON.parse(readFileSync(`openapi/${name}.json`, 'utf8')) as Linted
const older = new Map(FILTERS.flatMap(({ name, alias }) => (alias === undefined ? [] : [[alias, name] as const])))

test('the documents have nothing that generators of clients are known to break on', () => {
  expect(lint(read('openapi'), older)).toEqual([])
  expect(lintForClients(read('clients'), older)).toEqual([])
})

test('clients are made of what programs call, with no component that nothing uses', () => {
  const idsOf = (name: string) =>
    Object.values(read(name).paths).flatMap((methods) => Object.values(methods).map((o) => o.operationId))
  const left = new Set(idsOf('clients'))
  expect(idsOf('openapi').filter((id) => !left.has(id))).toEqual([
    ...['sessionLoginForm', 'sessionLogin', 'sessionLogoutForm', 'sessionLogout'],
    ...['robots', 'docs', 'redoc'],
  ])
  const text = readFileSync('openapi/clients.json', 'utf8')
  const unused = Object.keys(read('clients').components!.schemas!).filter(
    (name) => !text.includes(`"#/components/schemas/${name}"`),
  )
  // a line of a stream, which a program reads by itself
  expect(unused).toEqual(['BulkOutcome'])
})

/** A good document with one operation, and what is to be wrong with it. */
const documentWith = ({ operation = {}, schemas = {} }: { operation?: object; schemas?: Record<string, unknown> }) => ({
  paths: { '/frames/': { post: { operationId: 'framesCreate', summary: 'Create', tags: ['frames'], ...operation } } },
  components: { schemas: { Frame: { type: 'object' }, ...schemas } },
})
const json = { schema: { $ref: '#/components/schemas/Frame' } }

test.each<[string, Parameters<typeof documentWith>[0], string]>([
  [
    'null among values',
    { schemas: { A: { type: 'string', enum: ['a', null] } } },
    'null in an enum: #/components/schemas/A',
  ],
  [
    'null among values of a parameter',
    { operation: { parameters: [{ name: 'a', schema: { enum: [null] } }] } },
    'null in an enum: #/paths//frames//post/parameters/0/schema',
  ],
  [
    'a choice of null',
    { schemas: { A: { properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] } } } } },
    'null as a choice: #/components/schemas/A/properties/a',
  ],
  [
    'a choice of a null constant',
    { schemas: { A: { oneOf: [{ type: 'string' }, { const: null }] } } },
    'null as a choice: #/components/schemas/A',
  ],
  [
    'a choice of the type null alone in a list',
    { schemas: { A: { oneOf: [{ type: 'string' }, { type: ['null'] }] } } },
    'null as a choice: #/components/schemas/A',
  ],
  [
    'more than a reference',
    { schemas: { A: { properties: { example: { $ref: '#/components/schemas/Frame', description: 'A frame.' } } } } },
    'siblings of $ref: #/components/schemas/A/properties/example',
  ],
  [
    'several types',
    { schemas: { A: { type: ['string', 'integer', 'null'] } } },
    'several types: #/components/schemas/A',
  ],
  [
    'a number of 32 bits',
    { schemas: { A: { properties: { a: { type: ['number', 'null'] } } } } },
    'narrow in Go: #/components/schemas/A/properties/a',
  ],
  [
    'an integer that 32 bits do not hold',
    { schemas: { A: { type: 'integer', maximum: 2147483648 } } },
    'narrow in Go: #/components/schemas/A',
  ],
  ['a constructor', { schemas: { NewFrame: {} } }, 'collides with a constructor: NewFrame'],
  ['a nullable', { schemas: { NullableFrame: {} } }, 'collides with a constructor: NullableFrame'],
  [
    'a constructor with defaults',
    { schemas: { FrameWithDefaults: {} } },
    'collides with a constructor: FrameWithDefaults',
  ],
  ['no id', { operation: { operationId: undefined } }, 'no operationId: post /frames/'],
  ['no summary', { operation: { summary: '' } }, 'no summary: post /frames/'],
  ['no tags', { operation: { tags: [] } }, 'no tags: post /frames/'],
  [
    'an older name that is not deprecated',
    { operation: { parameters: [{ name: 'OBJECT', description: 'Of `target_name`.' }, { name: 'target_name' }] } },
    'older name, not deprecated: post /frames/ OBJECT',
  ],
  [
    'an older name that does not say which is newer',
    { operation: { parameters: [{ name: 'OBJECT', deprecated: true }, { name: 'target_name' }] } },
    'older name, not deprecated: post /frames/ OBJECT',
  ],
  [
    'lines as if they were one object',
    { operation: { requestBody: { content: { 'application/x-ndjson': json } } } },
    'not binary: post /frames/ application/x-ndjson',
  ],
  [
    'a ZIP that is a text',
    { operation: { responses: { 200: { content: { 'application/zip': { schema: { type: 'string' } } } } } } },
    'not binary: post /frames/ application/zip',
  ],
])('the lint finds %s', (_, wrong, fault) => {
  expect(lint(documentWith(wrong), older)).toEqual([fault])
})

test.each<[string, object, string[]]>([
  [
    'a body in two types',
    { requestBody: { content: { 'application/json': json, 'multipart/form-data': json } } },
    ['several media types: post /frames/ request'],
  ],
  [
    'an answer in two types',
    { responses: { 200: { content: { 'application/json': json, 'text/html': { schema: { type: 'string' } } } } } },
    ['several media types: post /frames/ 200'],
  ],
  [
    'an older name',
    { parameters: [{ name: 'OBJECT', deprecated: true, description: 'Use `target_name`.' }, { name: 'target_name' }] },
    ['deprecated: post /frames/ OBJECT'],
  ],
])('the lint for clients finds %s, which the document may have', (_, operation, faults) => {
  const document = documentWith({ operation })
  expect(lint(document, older)).toEqual([])
  expect(lintForClients(document, older)).toEqual(faults)
})

test('what looks like a fault in an example is none', () => {
  const schemas = {
    A: { type: 'object', example: { enum: [null], $ref: 'a', b: 1 } },
    Newest: { type: 'object' },
    St: { type: 'object' },
    NewSt: { type: 'object', properties: { enum: { type: 'string' } } },
  }
  expect(lint(documentWith({ schemas }), older)).toEqual(['collides with a constructor: NewSt'])
  const alone = documentWith({ operation: { parameters: [{ name: 'OBJECT' }] } })
  expect(lint(alone, older)).toEqual([])
})
