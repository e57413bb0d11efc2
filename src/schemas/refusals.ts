import { z } from '@hono/zod-openapi'

export const detail = z
  .object({ detail: z.string().openapi({ description: 'What is wrong, for people.', example: 'Not found.' }) })
  .openapi('Detail', { description: 'Why a request was refused.' })

// no type, since generated Java and Go compile with none of the ways to say "an object or a list"
export const refusal = z.unknown().openapi('Refusal', {
  description:
    'What was refused, any JSON: mostly an object `{field: [message]}`, nested as the input is (`non_field_errors` for what concerns no single field, `detail: message` for a body that cannot be read); in some cases a list of messages, or a message.',
  example: { start: ['Enter a valid date/time.'] },
})
