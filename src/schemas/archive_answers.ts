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

export const serviceState = z
  .object({
    ok: z.boolean().openapi({ description: 'Whether it answers.', example: true }),
    needed: z
      .boolean()
      .openapi({ description: 'Whether the archive is taken for unavailable without it.', example: true }),
    ms: z.int().openapi({ format: 'int64', description: 'How long it took to find out, in milliseconds.', example: 2 }),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'Why it does not: for superusers alone.', example: 'no answer within 400 ms' }),
  })
  .openapi('ServiceState', { description: 'Whether one of the services that the archive consists of answers.' })

export const readiness = z
  .object({
    status: z.enum(['ready', 'unavailable', 'draining']).openapi({
      description:
        'ready: requests may come. unavailable: a needed service is away. draining: this process is about to stop, and still serves what comes.',
      example: 'ready',
    }),
    services: z
      .object({
        database: serviceState.optional(),
        replica: serviceState.optional(),
        files: serviceState.optional(),
        cache: serviceState.optional(),
        messages: serviceState.optional(),
        portal: serviceState.optional(),
      })
      .openapi({ description: 'The services that are configured.' }),
  })
  .openapi('Readiness')
