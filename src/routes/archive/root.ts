import { accepts } from 'hono/accepts'
import { header, htmlPage, ok, operation } from '../../http/operation.ts'
import { landing } from '../../pages/landing.tsx'
import { COLLECTIONS } from '../../schemas/collections.ts'

export const root = operation('root', 'GET /', {
  summary: 'The collections',
  description: 'The addresses of the collections; to a browser, which would rather have HTML, a page for people.',
  visibility: 'anyone',
  answers: {
    200: {
      description: 'The address of each collection.',
      headers: { Vary: header('What the answer depends on.', 'Accept') },
      content: {
        ...ok('', 'collections').content,
        ...htmlPage('').content,
      },
    },
  },
  handle({ c }) {
    const json = 'application/json'
    const type = accepts(c, { header: 'Accept', supports: [json, 'text/html'], default: json })
    if (type === 'text/html') return landing(c)
    c.header('vary', 'Accept')
    return c.json(Object.fromEntries(COLLECTIONS.map((name) => [name, `${c.var.base}/${name}/`])))
  },
})
