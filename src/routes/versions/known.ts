import { createRoute, z } from '@hono/zod-openapi'
import { requireStaff } from '../../auth/require.ts'
import { operation } from '../../http/operation.ts'
import { ok, refusals, signedIn } from '../../http/responses.ts'
import { findVersions } from '../../queries/versions/known.ts'
import { version } from '../../schemas/frame_answers.ts'
import { showVersion } from '../../views/version.ts'

const md5 = z.unknown().openapi({
  type: 'array',
  items: { type: 'string' },
  param: {
    name: 'md5',
    in: 'query',
    required: false,
    description: 'An MD5; as many as the address has room for, which is some four hundred.',
    example: ['1930de44d51464786f31ca37ee3136ff'],
  },
} as never)

export const versionsKnown = operation(
  createRoute({
    method: 'get',
    path: '/versions/known/',
    operationId: 'versionsKnown',
    tags: ['versions'],
    summary: 'Which files are in the archive',
    description:
      'For staff. The versions that have one of these MD5s, in no order: what an ingester asks of many files at once. Always read from the database that is written to, never from a cache.',
    security: signedIn,
    request: { query: z.object({ md5 }) },
    responses: {
      200: ok(
        'The versions that there are.',
        z.object({ results: z.array(version).openapi({ description: 'The versions.' }) }).openapi('KnownVersions'),
      ),
      ...refusals(401, 403),
    },
  }),
  async (c) => {
    requireStaff(c.var.caller)
    const asked = (c.req.queries('md5') ?? []).filter((value) => !value.includes('\0'))
    const rows = asked.length ? await findVersions(c.env.writer, c.var.caller, asked) : []
    const links = { store: c.env.store, base: c.var.base }
    return c.json({ results: rows.map((row) => showVersion(row, links)) })
  },
)
