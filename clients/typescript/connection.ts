import { ArchiveError, errorOf, noAnswer } from './error.ts'
import { persist } from './waiting.ts'

/** Who asks. */
export interface Credentials {
  /** The token to send; null: nobody in particular asks. */
  token(connection: Connection): Promise<string | null>
  /** Has the next request log in anew, where that is possible. @param refused the token that was not taken */
  renew(refused: string): boolean
}

/** An archive's API, and how it is asked. */
export interface Connection {
  /** The root of the API, with the slash at its end. */
  root: string
  fetch: typeof fetch
  credentials: Credentials
  /** How long an answer may take to begin, and to go on, in milliseconds. */
  timeoutMs: number
  /** How long to go on trying while the archive is busy or away, in milliseconds. */
  patienceMs: number
}

/** A request. */
export interface Ask {
  url: string
  /** GET unless given. */
  method?: string
  headers?: Headers | Record<string, string>
  body?: string | ArrayBuffer | undefined
  signal?: AbortSignal | undefined
  /** What messages call it; method and path unless given. */
  about?: string
  /**
   * Where redirects may lead: to the archive's own origin unless given; for files, which may be kept
   * elsewhere, to any, and the token does not go with them; or nowhere.
   */
  redirects?: 'own' | 'anywhere' | 'nowhere'
}

/** An answer that was read to its end. */
export interface Answered {
  response: Response
  body: ArrayBuffer
}

const MOST_REDIRECTS = 5

/** What is asked for, without what may be secret in an address: a query, the ticket of a ZIP. */
export const nameOf = ({ about, method = 'GET', url }: Ask): string =>
  about ?? `${method} ${new URL(url).pathname.replace(/(\/frames\/zip\/)[^/]+/, '$1…')}`

/**
 * An address that an answer gives.
 * @throws ArchiveError for what is none that can be asked: some runtimes' fetch() reads local files
 */
export function addressOf(about: string, text: string, base?: string, status: number | null = null): URL {
  const parsed = URL.canParse(text, base) ? new URL(text, base) : null
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed
  throw new ArchiveError(about, 'it leads to what is no address of the Web', { status })
}

/** The address of an operation. @param path with a slash at its beginning, and its query */
export const urlOf = ({ root }: Connection, path: string): string => root.slice(0, -1) + path

/**
 * Sends a request once. The token goes to the archive's own origin and nowhere else.
 * @param mayRenew whether it may log in anew
 * @returns the answer, its body not read yet
 * @throws ArchiveError for any status but 2xx, and where there is no answer
 */
export async function send(connection: Connection, ask: Ask, mayRenew = true): Promise<Response> {
  const token = await tokenFor(connection, ask)
  const response = await follow(connection, ask, token)
  if (response.ok) return response
  const text = await within(connection.timeoutMs, response.text()).catch(() => '')
  // a token that came of a log-in may have been revoked
  if (response.status === 401 && token !== null && mayRenew && connection.credentials.renew(token))
    return send(connection, ask, false)
  throw errorOf(nameOf(ask), response, text)
}

/** The same, again while the archive is busy or away; the answer is read to its end. */
export const ask = (connection: Connection, asked: Ask, repeatable = isRepeatable(asked)): Promise<Answered> =>
  persist(
    async () => {
      const response = await send(connection, asked)
      return { response, body: await readWhole(connection, asked, response) }
    },
    { patienceMs: connection.patienceMs, repeatable, signal: asked.signal },
  )

async function readWhole({ timeoutMs }: Connection, asked: Ask, response: Response): Promise<ArrayBuffer> {
  const body = response.arrayBuffer()
  return within(timeoutMs, body).catch((error) => {
    // of no use to anybody any more
    body.catch(() => {})
    throw noAnswer(nameOf(asked), error)
  })
}

/** Reads what JSON an answer is. @throws ArchiveError where it is none */
export function readJson<T>(asked: Ask, { body, response }: Answered): T {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch (cause) {
    const detail = `what answers is no archive: give the archive's own address`
    throw new ArchiveError(nameOf(asked), detail, { status: response.status, cause })
  }
}

/** Waits for something. @throws a TimeoutError */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('it took too long', 'TimeoutError')), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * Whether a request may be sent again when it is not known what became of it. Of those that change
 * something only a bulk ingest: what is there already is no error in it.
 */
const isRepeatable = ({ method = 'GET', url }: Ask): boolean =>
  ['GET', 'HEAD'].includes(method) ||
  (method === 'POST' && /\/(frames\/bulk|frames\/zip|api-token-auth)\/$/.test(new URL(url).pathname))

const isOwn = ({ root }: Connection, url: string): boolean => new URL(url).origin === new URL(root).origin

const tokenFor = async (connection: Connection, { url, headers }: Ask): Promise<string | null> =>
  isOwn(connection, url) && !new Headers(headers).has('authorization') ? connection.credentials.token(connection) : null

/** Follows redirects here: no runtime is relied on to take the token out of them. */
async function follow(connection: Connection, ask: Ask, token: string | null): Promise<Response> {
  const reads = ['GET', 'HEAD'].includes(ask.method ?? 'GET')
  let url = ask.url
  for (let hop = 0; ; hop++) {
    const headers = new Headers(isOwn(connection, url) || hop === 0 ? ask.headers : withoutSecrets(ask.headers))
    if (token !== null && isOwn(connection, url)) headers.set('authorization', `Token ${token}`)
    const response = await fetchOnce(connection, ask, url, headers, 'manual')
    if (response.type === 'opaqueredirect') {
      // a browser does not say where to: it may go there by itself, without the token
      if (!reads) throw new ArchiveError(nameOf(ask), "it redirects: give the archive's own address")
      return fetchOnce(connection, ask, url, withoutSecrets(ask.headers), 'follow')
    }
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
    await response.body?.cancel()
    url = addressOf(nameOf(ask), location, url, response.status).href
    const { redirects = 'own' } = ask
    const isNear = redirects === 'anywhere' || (redirects === 'own' && isOwn(connection, url))
    if (!reads || !isNear || hop === MOST_REDIRECTS)
      throw new ArchiveError(nameOf(ask), `it redirects to ${new URL(url).origin}: give the archive's own address`, {
        status: response.status,
      })
  }
}

function withoutSecrets(headers: Ask['headers']): Headers {
  const left = new Headers(headers)
  for (const name of ['authorization', 'cookie']) left.delete(name)
  return left
}

/** One request. @throws ArchiveError where no answer begins in time; the signal's reason */
async function fetchOnce(
  { fetch, timeoutMs }: Connection,
  ask: Ask,
  url: string,
  headers: Headers,
  redirect: RequestRedirect,
): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('it took too long', 'TimeoutError')), timeoutMs)
  const signal = ask.signal ? AbortSignal.any([ask.signal, late.signal]) : late.signal
  const { method = 'GET', body } = ask
  try {
    return await fetch(url, { method, headers, redirect, signal, ...(body === undefined ? {} : { body }) })
  } catch (error) {
    ask.signal?.throwIfAborted()
    throw noAnswer(nameOf(ask), late.signal.aborted ? late.signal.reason : error)
  } finally {
    clearTimeout(timer)
  }
}
