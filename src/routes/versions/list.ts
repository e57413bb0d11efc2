import { createRoute, z } from '@hono/zod-openapi'
import { requireStaff } from '../../auth/require.ts'
import { operation } from '../../http/operation.ts'
import { last, limitOf, offsetLinks, offsetOf, pageOf, pagingParameters } from '../../http/paging.ts'
import { ok, refusals, signedIn } from '../../http/responses.ts'
import { searching } from '../../http/searching.ts'
import { listVersions } from '../../queries/versions/list.ts'
import { version } from '../../schemas/frame_answers.ts'
import { showVersion } from '../../views/version.ts'

const md5 = z.unknown().openapi({
  type: 'string',
  param: {
    name: 'md5',
    in: 'query',
    required: false,
    description: 'Only the version of this MD5: how an ingester learns whether a file is in the archive.',
    example: '1930de44d51464786f31ca37ee3136ff',
  },
} as never)

export const versionsList = operation(
  createRoute({
    method: 'get',
    path: '/versions/',
    operationId: 'versionsList',
    tags: ['versions'],
    summary: 'List versions',
    description:
      'For staff. Versions, newest first; always read from the database that is written to, never from a cache.',
    security: signedIn,
    request: { query: z.object({ ...pagingParameters, md5 }) },
    responses: { 200: ok('One page of versions.', pageOf(version, 'VersionPage')), ...refusals(401, 403) },
  }),
  async (c) => {
    requireStaff(c.var.caller)
    const query = c.req.queries()
    const limit = limitOf(query, c.env.config.pagination)
    const offset = offsetOf(query)
    const wanted = last(query, 'md5')
    const known = wanted === undefined || !wanted.includes('\0')
    const { count, rows } = known
      ? await listVersions(searching(c, c.env.writer), c.var.caller, { md5: wanted, limit, offset })
      : { count: 0, rows: [] }
    const links = { store: c.env.store, base: c.var.base }
    return c.json({
      count,
      ...offsetLinks(`${c.var.base}/versions/`, query, limit, offset, count),
      results: rows.map((row) => showVersion(row, links)),
    })
  },
)
