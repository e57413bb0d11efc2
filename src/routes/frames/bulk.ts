import { createRoute } from '@hono/zod-openapi'
import { requireSuperuser } from '../../auth/require.ts'
import { answerBulk } from '../../bulk/answer.ts'
import { ArchiveError } from '../../errors.ts'
import { operation } from '../../http/operation.ts'
import { refusals, refused, signedIn } from '../../http/responses.ts'
import { bulkOutcome } from '../../schemas/bulk.ts'
import { framePut } from '../../schemas/frames.ts'

const TYPE = 'application/x-ndjson'
const TYPES = new Set([TYPE, 'application/ndjson', 'application/jsonl'])

const PROXY_HEADERS = ['via', 'forwarded', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

export const framesBulk = operation(
  createRoute({
    method: 'post',
    path: '/frames/bulk/',
    operationId: 'framesBulk',
    tags: ['frames'],
    summary: 'Create many frames, or add versions to them',
    description:
      'For superusers. Body and answer are lines of JSON (NDJSON). Each line of the body is what `POST /frames/` takes, of at most 10 MB; each line of the answer tells what became of one, in the same order, empty lines left out. Lines are written in batches as they arrive, and the answer begins when the first batch is written; behind a proxy, when the whole body is read. A line that is refused does not hold up others. A version that its frame has already is no error here, so that a body whose answer was lost can be sent again. A body of which nothing comes for five minutes is ended. A line without an answer was not written, or the connection broke before it could be told.',
    security: signedIn,
    request: { body: { required: true, content: { [TYPE]: { schema: framePut } } } },
    responses: {
      200: {
        description: 'What became of each line.',
        content: { [TYPE]: { schema: bulkOutcome } },
      },
      ...refusals(401, 403, 415),
      400: refused(
        'The request cannot be read: what is wrong with a line is told in the answer.',
        'Invalid Host header.',
      ),
    },
  }),
  async (c) => {
    requireSuperuser(c.var.caller)
    const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
    if (!TYPES.has(type))
      throw new ArchiveError(
        'unsupported_media_type',
        `Unsupported media type "${type}" in request: send lines of JSON as ${TYPE}.`,
      )
    const encoding = c.req.header('content-encoding') ?? 'identity'
    if (encoding.toLowerCase() !== 'identity')
      throw new ArchiveError(
        'unsupported_media_type',
        `Unsupported content encoding "${encoding}" in request: send the lines as they are.`,
      )
    const headers = { 'content-type': TYPE, 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
    const body = c.req.raw.body
    if (body === null) return c.body('', 200, headers)
    // nginx stops sending the body of a request as soon as its answer begins
    const proxied = PROXY_HEADERS.some((name) => c.req.header(name) !== undefined)
    const { stream, ready } = answerBulk(c.env, body, {
      base: c.var.base,
      delivery: proxied ? 'held' : 'streamed',
      lineLimit: c.env.caller ? 'none' : 'usual',
    })
    await ready
    return c.body(stream, 200, headers)
  },
)
