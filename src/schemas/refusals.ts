import { z } from '@hono/zod-openapi'

export const detail = z
  .object({ detail: z.string().openapi({ description: 'What is wrong, for people.', example: 'Not found.' }) })
  .openapi('Detail', { description: 'Why a request was refused.' })

export const refusal = z.unknown().openapi('Refusal', {
  description:
    'What was refused: `{field: [message]}`, nested as the input is (`non_field_errors` for what concerns no single field, `detail` for a body that cannot be read); or a list of messages; or a message.',
  anyOf: [
    { type: 'object', additionalProperties: true },
    { type: 'array', items: { type: 'string' } },
    { type: 'string' },
  ],
  example: { start: ['Enter a valid date/time.'] },
})
