import { createRoute, z } from '@hono/zod-openapi'
import { ArchiveError } from '../../errors.ts'
import { currentJson } from '../../http/conditional.ts'
import { idOf, operation } from '../../http/operation.ts'
import { anyone, idParameter, notModified, ok, refusals } from '../../http/responses.ts'
import { listRelated } from '../../queries/frames/related.ts'
import { frame } from '../../schemas/frame_answers.ts'
import { showFrame } from '../../views/frame.ts'

export const framesRelated = operation(
  createRoute({
    method: 'get',
    path: '/frames/{id}/related/',
    operationId: 'framesRelated',
    tags: ['frames'],
    summary: 'The related frames of a frame',
    description:
      'The frames that the caller may see among those that the frame is related to: its calibrations, its catalogue, what was made of it.',
    security: anyone,
    request: { params: idParameter('frame') },
    responses: { 200: ok('The related frames.', z.array(frame)), ...notModified, ...refusals(404) },
  }),
  async (c) => {
    const id = idOf(c)
    const rows = id === null ? undefined : await listRelated(c.env.reader, c.var.caller, id)
    if (!rows) throw new ArchiveError('not_found')
    const links = { store: c.env.store, base: c.var.base }
    return currentJson(
      c,
      rows.map((row) => showFrame(row, links)),
    )
  },
)
