import { answerBulk } from '../../bulk/answer.ts'
import { ArchiveError } from '../../errors.ts'
import type { RequestContext } from '../../http/context.ts'
import { binary, isFalse, lenient, operation, type RequestBody, refused } from '../../http/operation.ts'
import { writing } from '../../http/writing.ts'

const TYPE = 'application/x-ndjson'
const TYPES = new Set([TYPE, 'application/ndjson', 'application/jsonl'])

const FRAME =
  '{"basename":"cpt1m010-kb70-20160102-0010-e00","observation_day":"2016-01-02","configuration_type":"EXPOSE","area":null,"headers":{},"version_set":[],"related_frame_filenames":[]}\n'
const OUTCOME =
  '{"line":2,"basename":null,"outcome":"refused","status":400,"errors":{"detail":"JSON parse error - …"}}\n'

const PROXY_HEADERS = ['via', 'forwarded', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** Lines of JSON, read as they come: what is wrong with each is in the answer. */
const lines: RequestBody<ReadableStream<Uint8Array> | null> = {
  content: { [TYPE]: { schema: binary('Lines of JSON, each a `FrameInput`.'), example: FRAME } },
  refusals: [400, 415],
  read({ req }: RequestContext) {
    const type = (req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
    if (!TYPES.has(type))
      throw new ArchiveError(
        'unsupported_media_type',
        `Unsupported media type "${type}" in request: send lines of JSON as ${TYPE}.`,
      )
    const encoding = req.header('content-encoding') ?? 'identity'
    if (encoding.toLowerCase() !== 'identity')
      throw new ArchiveError(
        'unsupported_media_type',
        `Unsupported content encoding "${encoding}" in request: send the lines as they are.`,
      )
    return req.raw.body
  },
}

export const framesBulk = operation('framesBulk', 'POST /frames/bulk/', {
  summary: 'Create many frames, or add versions to them',
  description:
    'Body and answer are lines of JSON (NDJSON). Each line of the body is what `POST /frames/` takes, of at most 10 MB; each line of the answer tells what became of one, in the same order, empty lines left out. Lines are written in batches as they arrive, and the answer begins when the first batch is written; behind a proxy, when the whole body is read. A line that is refused does not hold up others. A version that its frame has already is no error here, so that a body whose answer was lost can be sent again. A body of which nothing comes for five minutes is ended. A line without an answer was not written, or the connection broke before it could be told.',
  visibility: 'superuser',
  parameters: {
    announce: lenient(
      {
        type: 'boolean',
        description:
          'false: frames that get a version are not announced on the exchange, as when old ones are moved here.',
        example: false,
      },
      (text) => !isFalse(text),
    ),
  },
  body: lines,
  answers: {
    200: {
      description: 'What became of each line.',
      content: { [TYPE]: { schema: binary('Lines of JSON, each a `BulkOutcome`.'), example: OUTCOME } },
    },
    400: refused(
      'The request cannot be read: what is wrong with a line is told in the answer.',
      'Invalid Host header.',
    ),
  },
  async handle({ c, parameters: { announce }, body, services, links: { base } }) {
    const headers = { 'content-type': TYPE, 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
    if (body === null) return c.body('', 200, headers)
    // nginx stops sending the body of a request as soon as its answer begins
    const proxied = PROXY_HEADERS.some((name) => c.req.header(name) !== undefined)
    // one by one: services of a request have what they share with others by inheritance
    const { store, events, configurationTypes, log, databaseOutage } = services
    const own = { store, events: announce ? events : null, configurationTypes, log, databaseOutage, writer: writing(c) }
    const { stream, ready } = answerBulk(own, body, {
      base,
      delivery: proxied ? 'held' : 'streamed',
      lineLimit: services.caller ? 'none' : 'usual',
    })
    await ready
    return c.body(stream, 200, headers)
  },
})
