import { createRoute, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { operation } from '../../http/operation.ts'
import { anyone, header, htmlPage, ok, refusals } from '../../http/responses.ts'
import { landing } from '../../pages/landing.tsx'

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
    const json = 'application/json'
    const type = accepts(c, { header: 'Accept', supports: [json, 'text/html'], default: json })
    if (type === 'text/html') return landing(c)
    c.header('vary', 'Accept')
    return c.json(Object.fromEntries(collections.map((name) => [name, `${c.var.base}/${name}/`])))
  },
)
