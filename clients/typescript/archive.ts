import createClient, { type Client } from 'openapi-fetch'
import { type BulkOptions, ingestMany } from './bulk.ts'
import { type Ask, ask, type Connection, readJson, urlOf } from './connection.ts'
import { anonymous, type Login, withLogin, withToken } from './credentials.ts'
import { type FrameFile, openFile } from './frame_file.ts'
import { type ListOptions, listAll } from './pages.ts'
import type { BulkOutcome, Frame, FrameRecord, Item, ListPath, Query, WrittenFrame } from './records.ts'
import type { paths } from './schema.ts'
import type { TransferOptions } from './transfer.ts'
import { LONGEST_TIMER_MS } from './waiting.ts'

/** Which archive, who asks, and how patiently. */
export interface ArchiveOptions {
  /** A token of the archive; it is sent to the archive's own origin alone. */
  token?: string | undefined
  /** In place of a token: logs in with the first request. */
  login?: Login | undefined
  /** How long to go on trying while the archive is busy or away, in seconds; 120 unless given. */
  patience?: number
  /** How long an answer may take to begin, or to go on, in seconds; 60 unless given. */
  timeout?: number
  /** The runtime's unless given. */
  fetch?: typeof fetch
}

/**
 * An archive. What it refuses, or cannot do, is an ArchiveError; while it is busy (429, 503) or away
 * it is asked again, by its Retry-After.
 */
export interface Archive {
  /** The root of the API, with the slash at its end. */
  readonly url: string
  /** Every operation, typed (see openapi-fetch). An answer is its `data`; refusals are thrown. */
  readonly api: Client<paths>
  /** The frames that match a query, one after the other through all pages. */
  frames(query?: Query<'/frames/'>, options?: ListOptions): AsyncGenerator<Frame, void, undefined>
  /** The items of any list, one after the other through all pages. */
  list<Path extends ListPath>(
    path: Path,
    query?: Query<Path>,
    options?: ListOptions,
  ): AsyncGenerator<Item<Path>, void, undefined>
  /** A frame by its id. */
  frame(id: number): Promise<Frame>
  /** The bytes of a frame's file, gone on with where a connection breaks, and checked at their end by the MD5. */
  open(file: FrameFile, options?: TransferOptions): ReadableStream<Uint8Array<ArrayBuffer>>
  /** Creates a frame, or adds a version to one. What is wrong with the record is in the error's `reasons`. */
  ingest(record: FrameRecord): Promise<WrittenFrame>
  /** The same of many records: each has an outcome of its own. */
  ingestMany(
    records: Iterable<FrameRecord> | AsyncIterable<FrameRecord>,
    options?: BulkOptions,
  ): AsyncGenerator<BulkOutcome, void, undefined>
  /** How it is asked: what platestack/client/files builds upon. */
  readonly connection: Connection
}

/**
 * An archive at an address; nothing is asked of it yet.
 * @param url the root of its API, with or without a slash at its end
 * @throws TypeError for an address or a token that cannot be one
 */
export function openArchive(url: string, options: ArchiveOptions = {}): Archive {
  const connection = connectionTo(url, options)
  const api = createClient<paths>({
    baseUrl: connection.root.slice(0, -1),
    fetch: (request) => answer(connection, request),
    // the path of a file has slashes
    pathSerializer: (path, parameters) =>
      path.replace(/\{(\w+)\}/g, (_, name: string) =>
        String(parameters[name]).split('/').map(encodeURIComponent).join('/'),
      ),
  })
  const get = async <T>(path: string): Promise<T> => {
    const asked: Ask = { url: urlOf(connection, path) }
    return readJson(asked, await ask(connection, asked))
  }
  return {
    url: connection.root,
    api,
    connection,
    frames: (query, options) => listAll(connection, '/frames/', query, options),
    list: (path, query, options) => listAll(connection, path, query, options),
    frame: (id) => get(`/frames/${id}/`),
    open: (file, options) => openFile(connection, file, options),
    async ingest(record) {
      const asked: Ask = {
        method: 'POST',
        url: urlOf(connection, '/frames/'),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(record),
      }
      return readJson(asked, await ask(connection, asked))
    },
    ingestMany: (records, options) => ingestMany(connection, records, options),
  }
}

/** How an archive is asked. */
function connectionTo(url: string, options: ArchiveOptions = {}): Connection {
  const { token, login, patience = 120, timeout = 60, fetch = globalThis.fetch } = options
  const root = rootOf(url)
  if (token !== undefined && login) throw new TypeError('give a token or a login, not both')
  return {
    root,
    fetch,
    credentials: token !== undefined ? withToken(token) : login ? withLogin(login) : anonymous,
    timeoutMs: Math.min(timeout * 1000, LONGEST_TIMER_MS),
    patienceMs: patience * 1000,
  }
}

function rootOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  // not said which: the address may hold a password
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new TypeError("the archive's address has to be one that begins with https:// or http://")
  if (parsed.username || parsed.password)
    throw new TypeError("the archive's address holds a name or a password: give them as `login`")
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}/`
}

/** The answer to a request of openapi-fetch. */
async function answer(connection: Connection, request: Request): Promise<Response> {
  const { url, method, headers, signal } = request
  const body = await request.arrayBuffer()
  const { response, body: answered } = await ask(connection, {
    url,
    method,
    headers,
    signal,
    body: body.byteLength ? body : undefined,
  })
  const own = new Headers(response.headers)
  own.delete('content-encoding')
  own.delete('content-length')
  const { status, statusText } = response
  return new Response(answered.byteLength ? answered : null, { status, statusText, headers: own })
}

/** The data of an answer: `await dataOf(archive.api.GET('/profile/'))`. */
export async function dataOf<T>(answer: Promise<{ data?: T; response: Response }>): Promise<NonNullable<T>> {
  return (await answer).data!
}
