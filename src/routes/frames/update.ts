import { createRoute, type z } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { inTransaction } from '../../database/races.ts'
import { ArchiveError } from '../../errors.ts'
import { readBody } from '../../http/body.ts'
import { idOf, operation, type RequestContext } from '../../http/operation.ts'
import { body, idParameter, ok, refusals, signedIn } from '../../http/responses.ts'
import { updateFrame } from '../../queries/frames/update.ts'
import { readWritten } from '../../queries/frames/written.ts'
import { check } from '../../schemas/check.ts'
import { writtenFrame } from '../../schemas/frame_answers.ts'
import { recordOf } from '../../schemas/frame_record.ts'
import { framePut, frameToPut } from '../../schemas/frames.ts'
import { showWrittenFrame } from '../../views/frame.ts'

type Schema = (types: readonly string[]) => z.ZodType<Record<string, unknown>>

/** Changes a frame by a body that fits the schema; answers the frame as it is then. */
export async function change(c: RequestContext, schema: Schema): Promise<Response> {
  requireSuperuser(c.var.caller)
  const id = idOf(c)
  const { value, json } = await readBody(c, 'record')
  const types = await c.env.configurationTypes.knownWith(
    (value as { configuration_type?: unknown } | null)?.configuration_type,
  )
  const record = recordOf(check(schema(types), value), json)
  const { writer, events } = c.env
  const row = await inTransaction(writer, async (tx) => {
    if (id === null || !(await updateFrame(tx, id, record, { announced: events !== null })))
      throw new ArchiveError('not_found')
    return readWritten(tx, id)
  })
  events?.wake()
  return c.json(showWrittenFrame(row!, { store: c.env.store, base: c.var.base }))
}

export const declare = (
  method: 'put' | 'patch',
  operationId: string,
  summary: string,
  description: string,
  schema: z.ZodType,
) =>
  createRoute({
    method,
    path: '/frames/{id}/',
    operationId,
    tags: ['frames'],
    summary,
    description,
    security: signedIn,
    request: { params: idParameter('frame'), body: body(schema) },
    responses: { 200: ok('The frame as it is now.', writtenFrame), ...refusals(400, 401, 403, 404, 413, 415) },
  })

export const ADDS = 'Versions and relations are added to those that there are, headers are replaced.'

export const framesUpdate = operation(
  declare(
    'put',
    'framesUpdate',
    'Update a whole frame',
    `For superusers. Takes what a POST takes, all of it required there. ${ADDS}`,
    framePut,
  ),
  (c) => change(c, frameToPut),
)
