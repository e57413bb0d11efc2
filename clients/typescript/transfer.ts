import { type Ask, type Connection, nameOf, send, within } from './connection.ts'
import { ArchiveError, noAnswer } from './error.ts'
import { type Failing, failingSince, mayPass } from './waiting.ts'

/** Something to download. */
export interface Source {
  /** In messages. */
  name: string
  /** How it is asked for now. */
  ask(): Promise<Ask>
  /**
   * The address was refused: it may have expired, or what it names is gone.
   * @returns whether there is another way to ask
   */
  renew(): boolean
  /** @throws ArchiveError for an answer that is something else */
  check?(response: Response): void
}

/** The beginning of a download that is there already. */
export interface Beginning {
  /** Its bytes. */
  at: number
  /** The strong ETag of the whole; null: it cannot be gone on with. */
  etag: string | null
  /** The bytes of the whole; null: not known. */
  total: number | null
}

/** What comes of a download. */
export type Event =
  /** From here on its bytes follow; what was there beyond `at` is not its beginning. */
  ({ kind: 'begin'; response: Response } & Beginning) | { kind: 'bytes'; bytes: Uint8Array<ArrayBuffer> }

/** How a download is watched, and stopped. */
export interface TransferOptions {
  /** Called with each piece: the bytes so far, and all; null: their number is not known. */
  onProgress?: (bytes: number, total: number | null) => void
  signal?: AbortSignal
}

const NOTHING: Beginning = { at: 0, etag: null, total: null }
/** Refusals that another address may mend: S3 answers 403 for a signature that has expired. */
const REFUSED = [400, 401, 403, 404, 410]

/**
 * Downloads something from where it is: goes on by Range and If-Range where a connection breaks or
 * gives no bytes for long, and begins again where what is there is another content by now.
 * @throws ArchiveError when patience ends without a further byte
 */
export async function* transfer(
  connection: Connection,
  source: Source,
  beginning: Beginning,
  { onProgress, signal }: TransferOptions = {},
): AsyncGenerator<Event, void, undefined> {
  let there = beginning
  let failing: Failing | undefined
  let isRenewed = false
  /** Beginning again and again is no progress. */
  let furthest = beginning.at
  while (!isComplete(there)) {
    try {
      const asked = await source.ask()
      const response = await send(connection, { ...asked, headers: rangeHeaders(asked, there), signal })
      source.check?.(response)
      const begun = beginningOf(response, there, nameOf(asked))
      // it was replaced, and its server does not know If-Range
      const isAnother = response.status === 206 && there.etag !== null && begun.etag !== there.etag
      there = isAnother ? NOTHING : begun
      if (isAnother) {
        await response.body?.cancel()
        continue
      }
      yield { kind: 'begin', response, ...there }
      onProgress?.(there.at, there.total)
      for await (const bytes of piecesOf(connection, asked, response, signal)) {
        there = { ...there, at: there.at + bytes.length }
        if (there.at > furthest) {
          furthest = there.at
          failing = undefined
          isRenewed = false
        }
        yield { kind: 'bytes', bytes }
        onProgress?.(there.at, there.total)
      }
      if (there.total === null) return
      if (there.at < there.total) throw new ArchiveError(source.name, 'the connection broke off')
      if (there.at > there.total)
        throw new ArchiveError(source.name, 'more came than there should be', { status: response.status })
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof ArchiveError)) throw error
      if (REFUSED.includes(error.status ?? 0) && !isRenewed && source.renew()) {
        isRenewed = true
        continue
      }
      if (error.status === 416 && there.at > 0) {
        there = NOTHING
        continue
      }
      // S3 asks to repeat what it answers 500 to
      if (!mayPass(error, true) && error.status !== 500) throw error
      failing ??= failingSince(Date.now(), connection.patienceMs)
      await failing.wait(error, signal)
    }
  }
}

/** Whether nothing is missing. */
const isComplete = ({ at, total }: Beginning): boolean => total !== null && at === total

function rangeHeaders({ headers }: Ask, { at, etag }: Beginning): Headers {
  const all = new Headers(headers)
  // a coding of its own would have other ranges
  all.set('accept-encoding', 'identity')
  if (at > 0 && etag !== null) {
    all.set('range', `bytes=${at}-`)
    all.set('if-range', etag)
  }
  return all
}

function beginningOf({ status, headers }: Response, there: Beginning, about: string): Beginning {
  const etag = headers.get('etag')
  const strong = etag?.startsWith('"') ? etag : null
  if (status !== 206) {
    const length = headers.get('content-length')
    const isEncoded = headers.has('content-encoding')
    return { at: 0, etag: isEncoded ? null : strong, total: length === null || isEncoded ? null : Number(length) }
  }
  const [, start, , total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  if (Number(start) !== there.at)
    throw new ArchiveError(about, 'another range came than was asked for', { status: 206 })
  return { at: there.at, etag: etag === null ? there.etag : strong, total: Number(total) }
}

/** The bytes of an answer, as they come. @throws ArchiveError where it breaks off, or stalls */
async function* piecesOf(
  { timeoutMs }: Connection,
  asked: Ask,
  { body }: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!body) return
  const reader = body.getReader()
  try {
    for (;;) {
      const { value, done } = await within(timeoutMs, reader.read()).catch((error) => {
        signal?.throwIfAborted()
        throw noAnswer(nameOf(asked), error)
      })
      if (done) return
      yield value as Uint8Array<ArrayBuffer>
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
