import { describe, expect, test } from 'vitest'
import { formatRequestLine } from '../src/access_log.ts'
import { NO_OPERATION, openAccount, type RequestRecord, redactPath } from '../src/telemetry.ts'
import { createSampler } from '../src/traces/sampler.ts'

const open = (headers: Record<string, string> = {}, url = '/frames/') => {
  const ended: RequestRecord[] = []
  const account = openAccount((name) => headers[name], 'GET', url, [{ ended: (record) => ended.push(record) }])
  return { account, ended }
}

describe('the id of a request', () => {
  test.each(['abc', '5f2b0e6d9c0a4d1f8e7b6a5c4d3e2f10', 'Root=1-67891233-abcdef012345678912345678', 'a'.repeat(128)])(
    'is that of the client: %s',
    (id) => expect(open({ 'x-request-id': id }).account.id).toBe(id),
  )

  test.each(['', ' ', 'a b', 'a\nb', 'a"b', 'é', 'a'.repeat(129), 'x'.repeat(10_000), '<script>', 'a,b', '\u202e'])(
    'is one of ours, which is a trace id too, for %j',
    (id) => {
      const { account } = open({ 'x-request-id': id })
      expect(account.id).toMatch(/^[0-9a-f]{32}$/)
      expect(account.trace).toEqual({ traceId: account.id, parentId: null, isSampled: false, state: null })
    },
  )

  test('of nginx is the id of the trace that begins there; another is not', () => {
    const id = 'f'.repeat(31).concat('0')
    expect(open({ 'x-request-id': id }).account.trace.traceId).toBe(id)
    expect(open({ 'x-request-id': 'mine' }).account.trace.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(open({ 'x-request-id': '0'.repeat(32) }).account.trace.traceId).not.toBe('0'.repeat(32))
  })
})

describe('the trace of a request', () => {
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

  test('is that of whoever asks', () => {
    const { account } = open({ traceparent: `00-${trace}-${parent}-01`, tracestate: 'a=1,b=2' })
    expect(account.trace).toEqual({ traceId: trace, parentId: parent, isSampled: true, state: 'a=1,b=2' })
    expect(account.id).not.toBe(trace)
    const { headers } = account.call('GET portal', 'portal')
    expect(headers).toEqual({ traceparent: `00-${trace}-${parent}-01`, tracestate: 'a=1,b=2' })
    expect(open({ traceparent: `cc-${trace}-${parent}-00-more` }).account.trace).toMatchObject({ traceId: trace })
  })

  test.each([
    `00-${trace}-${parent}`,
    `00-${trace}-${parent}-01-more`,
    `ff-${trace}-${parent}-01`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    `00-${trace}-${parent}-01, 00-${trace}-${parent}-01`,
    'x'.repeat(10_000),
  ])('begins with it where what it sends is none: %s', (traceparent) => {
    const { account } = open({ traceparent, tracestate: 'a=1' })
    expect(account.trace).toMatchObject({ parentId: null, isSampled: false, state: null })
    expect(account.trace.traceId).not.toBe(trace)
    expect(account.call('GET portal', 'portal').headers.traceparent).toMatch(
      new RegExp(`^00-${account.trace.traceId}-(?!0{16})[0-9a-f]{16}-00$`),
    )
  })

  test('is recorded where a parent is, or by its share', () => {
    const asked = (headers: Record<string, string>) => open(headers).account.trace
    const byParent = createSampler({ base: 'parent', ratio: 0 })
    expect(byParent(asked({ traceparent: `00-${trace}-${parent}-01` }))).toBe(true)
    expect(byParent(asked({ traceparent: `00-${trace}-${parent}-00` }))).toBe(false)
    expect(byParent(asked({}))).toBe(false)
    const quarter = createSampler({ base: 'root', ratio: 0.25 })
    const recorded = Array.from({ length: 4000 }, () => quarter(asked({}))).filter(Boolean).length
    expect(recorded).toBeGreaterThan(700)
    expect(recorded).toBeLessThan(1300)
    expect(quarter({ ...asked({}), traceId: 'f'.repeat(32) })).toBe(true)
    expect(quarter({ ...asked({}), traceId: `${'f'.repeat(18)}${'0'.repeat(14)}` })).toBe(false)
  })
})

const SHORT_WORD = `${'k'.repeat(32)}jWzAsbnVsbCwxODAwMDAwMDAwLCJhIiwibSIsWzFdXQ`
const LONG_WORD = `${'k'.repeat(32)}z${'k'.repeat(400)}`

describe('the path of a request', () => {
  test.each([
    ['/frames/', '/frames/'],
    ['/frames/17/?auth=secret', '/frames/17/'],
    ['/frames/zip/secret', '/frames/zip/…'],
    ['/frames/zip/secret/?a=secret', '/frames/zip/…/'],
    ['/frames/zip/', '/frames/zip/'],
    ['/frames/%7Aip/secret/', '/frames/zip/…/'],
    ['/frames%2Fzip%2fsecret/', '/frames/zip/…/'],
    ['//frames//zip//secret/', '//frames//zip//…/'],
    ['http://user:secret@host/frames/zip/secret/', '/frames/zip/…/'],
    [`/frames/./zip/${SHORT_WORD}/`, '/frames/./zip/…/'],
    [`/x/%2e%2e/frames/zip/${LONG_WORD}`, '/x/../frames/zip/…'],
    [`/frames%252Fzip/${SHORT_WORD}/`, '/frames%2Fzip/…/'],
    [`/frames/zip;x/%${SHORT_WORD.charCodeAt(0).toString(16)}${SHORT_WORD.slice(1)}`, '/frames/zip;x/…'],
    ['/files/cpt/x.fits.fz%3Fexpires%3D1%26signature%3Dsecret', '/files/cpt/x.fits.fz'],
    [
      '/files/cpt/coj2m002-en06-20240131-0001-e91-of-a-name-that-is-longer-than-most-are.fits',
      '/files/cpt/coj2m002-en06-20240131-0001-e91-of-a-name-that-is-longer-than-most-are.fits',
    ],
    ['http://user:secret@host', '/'],
    ['/files/cpt/x.fits.fz?signature=secret#secret', '/files/cpt/x.fits.fz'],
    ['?secret', '/'],
    [`/${'a'.repeat(10_000)}`, `/${'a'.repeat(511)}…`],
  ])('%s is shown as %s', (url, path) => expect(redactPath(url)).toBe(path))
})

test('a line is JSON whatever was sent, and ends once', () => {
  const { account, ended } = open({ 'x-request-id': 'mine' }, '/a"b\\\u2028\u0007é')
  account.ran(['select'], performance.now(), 1.26, false)
  account.end(200, 12, 'whole')
  account.end(null, 0, 'broken off')
  expect(ended).toHaveLength(1)
  const line = JSON.parse(formatRequestLine(ended[0]!, ',"worker":2'))
  expect(Math.abs(Date.parse(line.time) - Date.now())).toBeLessThan(60_000)
  expect(line.time).toBe(new Date(line.time).toISOString())
  expect(line).toMatchObject({
    level: 'info',
    message: 'request',
    request: 'mine',
    trace: account.trace.traceId,
    caller: null,
    operation: NO_OPERATION,
    method: 'GET',
    path: '/a"b\\\u2028\u0007é',
    status: 200,
    database_ms: 1.3,
    statements: 1,
    bytes: 12,
    worker: 2,
  })
})
