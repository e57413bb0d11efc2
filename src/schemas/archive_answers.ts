import { z } from '@hono/zod-openapi'
import { COLLECTIONS } from './collections.ts'

export const collections = z
  .object(
    Object.fromEntries(
      COLLECTIONS.map((name) => [
        name,
        z.string().openapi({ description: `Where ${name} is.`, example: `https://archive.example/${name}/` }),
      ]),
    ),
  )
  .openapi('Collections')
