import { expect, test } from 'vitest'
import { answerBytes, selectBytes } from '../../src/http/ranges.ts'

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

test('what the client wants and is not there any more is refused, before all else', () => {
  const failed = { kind: 'failed' }
  const go = { kind: 'range', start: 10, end: 999 }
  const range = 'bytes=10-'
  for (const tag of ['"abc"', '*', '"x", "abc"']) expect(select({ 'if-match': tag, range })).toEqual(go)
  for (const tag of ['"abd"', 'W/"abc"', 'abc', '']) expect(select({ 'if-match': tag, range })).toEqual(failed)
  expect(select({ 'if-match': '"abc"' }, { ...download, etag: null })).toEqual(failed)
  expect(select({ 'if-match': '"abd"', 'if-none-match': '"abc"' })).toEqual(failed)
  const unmodified = (date: string) => select({ 'if-unmodified-since': date, range })
  for (const date of ['Sat, 02 Jan 2016 03:04:05 GMT', 'Sat, 02 Jan 2017 03:04:05 GMT', 'nonsense'])
    expect(unmodified(date)).toEqual(go)
  expect(unmodified('Sat, 02 Jan 2016 03:04:04 GMT')).toEqual(failed)
  // the ETag says it better than a date
  expect(select({ 'if-match': '"abc"', 'if-unmodified-since': 'Sat, 02 Jan 2015 03:04:05 GMT', range })).toEqual(go)
})

test('a range that needs If-Range, or may not begin where it is asked for, is the whole', () => {
  const [range, whole] = ['bytes=10-', { kind: 'whole' }]
  const anew = { ...download, needsIfRange: true }
  expect(select({ range }, anew)).toEqual(whole)
  expect(select({ range, 'if-range': '"abc"' }, anew)).toEqual({ kind: 'range', start: 10, end: 999 })
  const late = { ...download, mayBeginAt: (start: number) => start >= 500 }
  expect(select({ range }, late)).toEqual(whole)
  expect(select({ range: 'bytes=500-' }, late)).toEqual({ kind: 'range', start: 500, end: 999 })
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
