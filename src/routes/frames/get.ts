import { createRoute, z } from '@hono/zod-openapi'
import { ArchiveError } from '../../errors.ts'
import { currentJson } from '../../http/conditional.ts'
import { idOf, operation } from '../../http/operation.ts'
import { pagingParameters, partParameters } from '../../http/paging.ts'
import { anyone, idParameter, notModified, ok, refusals } from '../../http/responses.ts'
import { getFrame } from '../../queries/frames/get.ts'
import { frame } from '../../schemas/frame_answers.ts'
import { showFrame } from '../../views/frame.ts'
import { partsOf } from './list.ts'

export const framesGet = operation(
  createRoute({
    method: 'get',
    path: '/frames/{id}/',
    operationId: 'framesGet',
    tags: ['frames'],
    summary: 'One frame',
    description: 'A frame with its versions, newest first, and the address of the newest file.',
    security: anyone,
    request: { params: idParameter('frame'), query: z.object({ ...partParameters, format: pagingParameters.format }) },
    responses: { 200: ok('The frame.', frame), ...notModified, ...refusals(404) },
  }),
  async (c) => {
    const id = idOf(c)
    const row = id === null ? undefined : await getFrame(c.env.reader, c.var.caller, id, partsOf(c.req.queries()))
    if (!row) throw new ArchiveError('not_found')
    return currentJson(c, showFrame(row, { store: c.env.store, base: c.var.base }))
  },
)
