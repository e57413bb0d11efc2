import { createRoute, z } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, header, htmlPage, ok, refusals } from '../../http/responses.ts'
import { landing } from '../../pages/landing.ts'

const collections = ['frames', 'versions', 'thumbnails', 'profile'] as const

const addresses = z
  .object(
    Object.fromEntries(
      collections.map((name) => [
        name,
        z.string().openapi({ description: `Where ${name} is.`, example: `https://archive.example/${name}/` }),
      ]),
    ),
  )
  .openapi('Collections')

/** Of a media type, its weight in an Accept header from 0 to 1; the most particular entry counts. */
function weight(accept: string, type: string): number {
  const entries = accept.split(',').map((entry) => {
    const [range, ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const q = parameters.find((p) => p.startsWith('q='))
    return { range, q: q === undefined ? 1 : Number(q.slice(2)) || 0 }
  })
  for (const range of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const found = entries.find((entry) => entry.range === range)
    if (found) return found.q
  }
  return 0
}

export const root = operation(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'root',
    tags: ['archive'],
    summary: 'The collections',
    description: 'The addresses of the collections; to a browser, which would rather have HTML, a page for people.',
    security: anyone,
    responses: {
      200: {
        description: 'The address of each collection.',
        headers: { Vary: header('What the answer depends on.', 'Accept') },
        content: {
          ...ok('', addresses).content,
          ...htmlPage('').content,
        },
      },
      ...refusals(),
    },
  }),
  (c) => {
    const accept = c.req.header('accept') ?? ''
    if (weight(accept, 'text/html') > weight(accept, 'application/json')) return landing(c)
    c.header('vary', 'Accept')
    return c.json(Object.fromEntries(collections.map((name) => [name, `${c.var.base}/${name}/`])))
  },
)
