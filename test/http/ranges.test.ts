import { expect, test } from 'vitest'
import { answerBytes, selectBytes } from '../../src/routes/ranges.ts'

const modified = new Date('2016-01-02T03:04:05.678Z')
const download = { size: 1000, etag: '"abc"', modified }
const select = (
  headers: Record<string, string>,
  of: typeof download | (Omit<typeof download, 'etag'> & { etag: null }) = download,
) => selectBytes(new Headers(headers), of)

test.each([
  ['bytes=0-0', { kind: 'range', start: 0, end: 0 }],
  ['bytes=0-', { kind: 'range', start: 0, end: 999 }],
  ['bytes=500-10000', { kind: 'range', start: 500, end: 999 }],
  ['bytes=-1', { kind: 'range', start: 999, end: 999 }],
  ['bytes=-5000', { kind: 'range', start: 0, end: 999 }],
  ['bytes=1000-', { kind: 'unsatisfiable' }],
  ['bytes=-0', { kind: 'unsatisfiable' }],
  ['bytes=5-4', { kind: 'whole' }],
  ['bytes=-', { kind: 'whole' }],
  ['bytes=0-1,5-6', { kind: 'whole' }],
  ['lines=0-1', { kind: 'whole' }],
  ['bytes=a-b', { kind: 'whole' }],
])('Range: %s', (range, selection) => {
  expect(select({ range })).toEqual(selection)
})

test('If-Range lets a download go on only where it is of the same content', () => {
  const part = { kind: 'range', start: 10, end: 999 }
  const go = (ifRange: string) => select({ range: 'bytes=10-', 'if-range': ifRange })
  expect(go('"abc"')).toEqual(part)
  expect(go('Sat, 02 Jan 2016 03:04:05 GMT')).toEqual(part)
  for (const other of [
    '"abd"',
    'W/"abc"',
    'Sat, 02 Jan 2016 03:04:04 GMT',
    'Sat, 02 Jan 2016 03:04:06 GMT',
    'nonsense',
  ])
    expect(go(other)).toEqual({ kind: 'whole' })
})

test('a content that is not certain offers no ranges', () => {
  expect(select({ range: 'bytes=10-' }, { ...download, etag: null })).toEqual({ kind: 'whole' })
})

test('what the client has already is not sent again', () => {
  for (const tag of ['"abc"', '*', '"x", "abc"', 'W/"abc"'])
    expect(select({ 'if-none-match': tag, range: 'bytes=1-' })).toEqual({ kind: 'not modified' })
  expect(select({ 'if-modified-since': 'Sat, 02 Jan 2016 03:04:05 GMT' })).toEqual({ kind: 'not modified' })
  expect(select({ 'if-modified-since': 'Sat, 02 Jan 2016 03:04:04 GMT' })).toEqual({ kind: 'whole' })
  expect(select({ 'if-none-match': '"x"', 'if-modified-since': 'Sat, 02 Jan 2016 03:04:05 GMT' })).toEqual({
    kind: 'whole',
  })
})

test('answers say which bytes they are; a HEAD opens nothing', async () => {
  const bytes = new TextEncoder().encode('x'.repeat(1000))
  const opened: unknown[] = []
  const ask = (headers: Record<string, string>, method = 'GET') =>
    answerBytes(
      new Request('http://a/', { method, headers }),
      download,
      { 'content-type': 'image/fits' },
      async (range) => {
        opened.push(range)
        return new Blob([bytes.slice(range?.start, range && range.end + 1)]).stream() as ReadableStream<Uint8Array>
      },
    )
  const part = await ask({ range: 'bytes=10-19' })
  expect([
    part.status,
    part.headers.get('content-range'),
    part.headers.get('content-length'),
    (await part.text()).length,
  ]).toEqual([206, 'bytes 10-19/1000', '10', 10])
  const head = await ask({}, 'HEAD')
  expect([
    head.status,
    head.headers.get('content-length'),
    head.headers.get('etag'),
    head.headers.get('accept-ranges'),
    head.body,
  ]).toEqual([200, '1000', '"abc"', 'bytes', null])
  expect((await ask({ range: 'bytes=2000-' })).headers.get('content-range')).toBe('bytes */1000')
  expect(opened).toEqual([{ start: 10, end: 19 }])
})
