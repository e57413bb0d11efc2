import { afterAll, beforeAll, expect } from 'vitest'
import { type TestArchive, testArchive } from './archive.ts'
import { newFrame, post } from './frames.ts'

export let archive: TestArchive
export let id: number

export interface Answer {
  status: number
  body: unknown
}

/** A text, or lists and objects of such: what Django REST framework answers a refusal with. */
export const tells = (body: unknown): boolean =>
  typeof body === 'string' ? body !== '' : typeof body === 'object' && body !== null && Object.values(body).every(tells)

/** Sends a request; whatever it is, the archive answers it, and says why where it refuses. */
export async function ask(path: string, init: Parameters<TestArchive['request']>[1] = {}): Promise<Answer> {
  const response = await archive.request(path, { token: archive.root, ...init })
  const text = await response.text()
  const what = `${init.method ?? 'GET'} ${path.slice(0, 200)} ${String(init.body ?? '').slice(0, 200)} → ${response.status} ${text.slice(0, 200)}`
  expect(response.status, what).toBeLessThan(500)
  const body: unknown = text === '' || !response.headers.get('content-type')?.includes('json') ? text : JSON.parse(text)
  if (response.status >= 400 && text !== '') expect(tells(body), what).toBe(true)
  return { status: response.status, body }
}

export const send = (method: string, path: string, body: BodyInit, type = 'application/json', headers = {}) =>
  ask(path, { method, body, headers: { 'content-type': type, ...headers } })

export const patch = (json: string) => send('PATCH', `/frames/${id}/`, json)

/** Texts that have broken something somewhere: numbers, dates, encodings, languages. */
export const TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '%',
  '_',
  '\\',
  "'",
  "' or 1=1 --",
  '"',
  '$1',
  ':value',
  'é',
  '\u202e',
  '🔭'.repeat(300),
  'x'.repeat(5000),
  'a\r\nSet-Cookie: x=1',
  '-1',
  '-0',
  '1.5',
  '1e999',
  '-1e999',
  '1e-999',
  'NaN',
  'Infinity',
  '99999999999999999999',
  '2147483648',
  '32768',
  '1_000',
  '٣',
  '9'.repeat(2000),
  'true',
  'False',
  'null',
  '{}',
  '[]',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '1;select pg_sleep(5)',
  '0000-01-01',
  '-4713-01-01',
  '44-03-15 BC',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-14:00',
  '10000-01-01',
  'infinity',
  '2016-02-30',
  '2016-01-01T24:00',
]

/** JSON texts, as they stand in a body. */
export const VALUES = [
  ...TEXTS.map((text) => JSON.stringify(text)),
  '"\\ud800"',
  '"\\udfff\\ud800"',
  'null',
  'true',
  '0',
  '-0',
  '1.5',
  '1e999',
  '-1e999',
  '1e308',
  '99999999999999999999',
  '-32769',
  '9007199254740993',
  '[]',
  '{}',
  '[null]',
  '[{}]',
  '["\\u0000"]',
  '{"a":1}',
  '{"toString":1}',
  '{"valueOf":1}',
  '{"toJSON":1}',
  '{"length":-1}',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"a":"\\u0000"}',
  '{"\\u0000":1}',
  '{"a":"\\ud800"}',
  '{"a":1e999999}',
  '{"":1}',
  `${'['.repeat(99)}${']'.repeat(99)}`,
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
]

/** Starts the archive that all of these ask, and ends it with the tests of the file. */
export function useHostileArchive(): void {
  beforeAll(async () => {
    archive = await testArchive({ OAUTH_SERVER_KEY: 'the server key' })
    const area = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [0, 1],
          [1, 1],
          [1, 0],
          [0, 0],
        ],
      ],
    }
    id = (await post(archive, newFrame('target', { area }))).id
  })
  afterAll(() => archive.close())
}
