import { expect } from 'vitest'

const EXPOSED = ['content-disposition', 'etag', 'content-location', 'content-range', 'retry-after', 'location', 'link']

/** Asserts that an answer carries what every answer does: readable from other origins, kept by no cache without asking, not to be framed. */
export function expectAnswerHeaders(headers: Headers, name: string, framed: 'never' | 'anywhere' = 'never'): void {
  const control = headers.get('cache-control')
  const vary = headers.get('vary')?.split(', ') ?? []
  const exposed = (headers.get('access-control-expose-headers') ?? '').toLowerCase().split(', ')
  expect({
    name,
    origins: headers.get('access-control-allow-origin'),
    hidden: EXPOSED.filter((header) => !exposed.includes(header)),
    sniffed: headers.get('x-content-type-options'),
    framed: headers.get('x-frame-options'),
    isControlled: control !== null,
    // a caller's answer is no other caller's
    varies: /\bpublic\b/.test(control ?? '') || (vary.includes('Cookie') && vary.includes('Authorization')),
    onceEach: vary.length === new Set(vary).size,
  }).toEqual({
    name,
    origins: '*',
    hidden: [],
    sniffed: 'nosniff',
    framed: framed === 'never' ? 'DENY' : null,
    isControlled: true,
    varies: true,
    onceEach: true,
  })
}
