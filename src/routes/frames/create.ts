import { createRoute } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { inTransaction } from '../../database/races.ts'
import { ValidationError } from '../../errors.ts'
import { readBody } from '../../http/body.ts'
import { operation } from '../../http/operation.ts'
import { body, ok, refusals, signedIn } from '../../http/responses.ts'
import { createFrames } from '../../queries/frames/create.ts'
import { readWritten } from '../../queries/frames/written.ts'
import { check } from '../../schemas/check.ts'
import { writtenFrame } from '../../schemas/frame_answers.ts'
import { type NamedRecord, recordOf } from '../../schemas/frame_record.ts'
import { framePut, frameToPut } from '../../schemas/frames.ts'
import { showWrittenFrame } from '../../views/frame.ts'

export const framesCreate = operation(
  createRoute({
    method: 'post',
    path: '/frames/',
    operationId: 'framesCreate',
    tags: ['frames'],
    summary: 'Create a frame, or add a version to one',
    description:
      'For superusers. Creates the frame of that basename; if there is one, adds the version to it and updates its metadata, headers and relations. One transaction: all of it or nothing. Afterwards the frame is announced on the message exchange.',
    security: signedIn,
    request: { body: body(framePut) },
    responses: { 201: ok('The frame as it is now.', writtenFrame), ...refusals(400, 401, 403, 413, 415) },
  }),
  async (c) => {
    requireSuperuser(c.var.caller)
    const { value, json } = await readBody(c, 'record')
    const types = await c.env.configurationTypes.knownWith(
      (value as { configuration_type?: unknown } | null)?.configuration_type,
    )
    const record = recordOf(check(frameToPut(types), value), json) as NamedRecord
    const { writer, events } = c.env
    const row = await inTransaction(writer, async (tx) => {
      const [put] = await createFrames(tx, [record], { announced: events !== null, repeated: 'refused' })
      if (put!.outcome === 'refused') throw new ValidationError(put!.errors)
      return readWritten(tx, put!.id)
    })
    events?.wake()
    return c.json(showWrittenFrame(row!, { store: c.env.store, base: c.var.base }), 201)
  },
)
