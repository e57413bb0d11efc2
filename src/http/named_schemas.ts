import type { z } from '@hono/zod-openapi'
import { check } from '../schemas/check.ts'
import type { declared } from '../schemas/declared.ts'

/**
 * The name of a schema of `schemas/declared.ts`. Declarations name their schemas, so that operations
 * can be answered before any schema is made.
 */
export type SchemaName = keyof typeof declared

/** What fits the schema of a name. */
export type ValueOf<N extends SchemaName> = z.output<(typeof declared)[N]>

/**
 * A body that fits the schema of this name.
 * @throws ValidationError what does not, in DRF's shape
 */
export async function checkByName<N extends SchemaName>(name: N, value: unknown): Promise<ValueOf<N>> {
  const { declared } = await import('../schemas/declared.ts')
  const schema: z.ZodType = declared[name]
  return check(schema, value) as ValueOf<N>
}
