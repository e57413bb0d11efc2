import { crc32 } from 'node:zlib'
import { framePath } from '../../src/files/store/paths.ts'
import { readJson } from '../support/data.ts'
import { faultsOf } from '../support/openapi.ts'
import { type Account, SERVER_KEY } from '../support/portal.ts'
import { type Context, differences } from './differences.ts'

/** A request as it is kept in data/: `{id:NAME}`, `{md5:NAME}`, `{key:NAME}`, `{server key}` and `{last token}` are filled in when it is sent. */
interface RecordedRequest {
  method: string
  path: string
  /** The user whose portal token is sent. */
  as?: string
  headers?: Record<string, string>
  json?: unknown
  form?: [string, string][]
  text?: string
}

interface Entry {
  crc: boolean
  size: number
  location: string
  name: string
}

/** What the reference archive answered. What is not here was not recorded and does not matter. */
interface Recorded {
  status: number
  headers?: Record<string, string | null>
  body?: unknown
  text?: string
  /** The names of the fields of the body. */
  keys?: string[]
  /** Basenames of the results, in order, or in any. */
  names?: string[]
  nameSet?: string[]
  count?: number
  hasNext?: boolean
  hasPrevious?: boolean
  /** Basenames met by following `next` to the end. */
  walked?: string[]
  /** Lists of an aggregate, sorted. */
  sets?: Record<string, string[]>
  /** Whose token was answered, and whether it is that of the answer before. */
  tokenOf?: string
  sameToken?: boolean
  /** A ZIP manifest. */
  disposition?: string
  cookie?: string
  entries?: Entry[]
}

export interface Recording {
  group: string
  name: string
  request: RecordedRequest
  /** The body is a list in no order: it is compared ordered by this field. */
  anyOrderBy?: string
  expected: Recorded
}

type Frame = Parameters<typeof framePath>[0] & {
  version_set: { md5: string; key: string; extension: string }[]
}

const read = <T>(name: string): T => readJson('contract', `${name}.json`)
export const recordings = (name: 'archive' | 'thumbnails'): Recording[] => read(name)
export const accounts = (): Account[] => read('accounts')
const frames = read<Frame[]>('frames')

/** Where the recordings' files are served: outside of the archive. */
export const STORE = 'http://127.0.0.1:9600'
const NO_ID = 999_999_999

/** Sizes of the stored files, by file name, as the recorded manifests have them; the files themselves are dots. */
const sizes = new Map(
  read<Recording[]>('archive').flatMap((r) =>
    (r.expected.entries ?? []).map((e) => [e.location.slice(e.location.lastIndexOf('/') + 1), e.size]),
  ),
)
const DOT = 46

interface Answer {
  status: number
  headers: Headers
  text: string
  body: unknown
}

/** A frame, or a thumbnail with its frame. */
type Created = { basename: string; id?: number; frame?: Created }
type Page = { count?: number; next?: string | null; previous?: string | null; results?: { basename: string }[] }

/** An archive that recordings are replayed against: in this process, or over HTTP. */
export interface Replayed {
  /** Its scheme and host. */
  base: string
  request(path: string, init: RequestInit): Promise<Response>
  /** Puts a file into its store, at a path there; the key that the store has given it, if it gives keys. */
  put(path: string, bytes: Uint8Array): Promise<string | undefined>
  /** A text of its answers in which the addresses of files are those of the recordings: under `STORE`, not signed. */
  unsigned(text: string): string
}

/** Replays recordings against an archive, remembering ids, tokens and keys of files from one to the next. */
export class Replay {
  readonly #archive: Replayed
  readonly #accounts: Account[]
  readonly #ids = new Map<string, number>()
  /** The recorded keys by those that the store has given instead. */
  readonly #keys = new Map<string, string>()
  #lastToken = 'none yet'

  constructor(archive: Replayed, accounts: Account[]) {
    this.#archive = archive
    this.#accounts = accounts
  }

  get #context(): Context {
    return { base: this.#archive.base, store: STORE, ids: this.#ids }
  }

  /** Creates the accounts, and loads the frames with their files, as portal and ingester do. */
  async load(): Promise<void> {
    for (const { profile } of this.#accounts) {
      const answer = await this.#send({
        method: 'POST',
        path: '/authprofile/addupdateuser/',
        headers: { authorization: 'Server {server key}' },
        json: profile,
      })
      if (answer.status !== 200) throw new Error(`${profile.username} was not created: ${answer.text}`)
    }
    for (const frame of frames) {
      const version_set = await Promise.all(frame.version_set.map((version) => this.#store(frame, version)))
      const json = { ...frame, version_set }
      const answer = await this.#send({ method: 'POST', path: '/frames/', as: 'gandalf', json })
      if (answer.status !== 201) throw new Error(`${frame.basename} was not loaded: ${answer.text}`)
    }
  }

  /** What differs from the recording, or from the OpenAPI document: one line each. */
  async play({ request, expected, anyOrderBy }: Recording): Promise<string[]> {
    const before = this.#lastToken
    const answer = await this.#send(request)
    const found = faultsOf(request.method, this.#fill(request.path), {
      status: answer.status,
      type: answer.headers.get('content-type'),
      body: answer.body,
    })
    const compare = (wanted: unknown, had: unknown, at: string) => {
      if (wanted !== undefined) found.push(...differences(wanted, had, this.#context, at))
    }
    const page = (answer.body ?? {}) as Page
    const rows = Array.isArray(answer.body) ? (answer.body as { basename: string }[]) : page.results
    const names = rows?.map((row) => row.basename)
    compare(expected.status, answer.status, 'status')
    for (const [name, value] of Object.entries(expected.headers ?? {}))
      compare(value, answer.headers.get(name), `header ${name}`)
    compare(expected.text, answer.text, 'text')
    compare(expected.names, names, 'names')
    compare(expected.nameSet, names?.toSorted(), 'names')
    compare(expected.count, page.count, 'count')
    compare(expected.hasNext, Boolean(page.next), 'has a next page')
    compare(expected.hasPrevious, Boolean(page.previous), 'has a previous page')
    if (expected.keys)
      compare(
        expected.keys.toSorted(),
        Object.keys(page)
          .filter((k) => k !== 'count_estimated')
          .toSorted(),
        'keys',
      )
    if (expected.walked) compare(expected.walked, await this.#walk(request, page), 'names walked')
    if (expected.sets) compare(expected.sets, setsOf(answer.body), 'sets')
    if ('body' in expected) compare(expected.body, this.#comparable(request, answer, anyOrderBy), 'body')
    if (expected.entries) {
      compare(expected.disposition, answer.headers.get('content-disposition'), 'content-disposition')
      compare(expected.cookie, answer.headers.get('set-cookie'), 'set-cookie')
      compare(expected.entries, entriesOf(answer.text), 'entries')
    }
    if (expected.tokenOf !== undefined) {
      this.#lastToken = (answer.body as { token: string }).token
      const profile = await this.#send({
        method: 'GET',
        path: '/profile/',
        headers: { authorization: 'Token {last token}' },
      })
      compare(expected.tokenOf, (profile.body as { username: string }).username, 'the holder of the token')
      compare(expected.sameToken, this.#lastToken === before, 'the token is the same')
    }
    return found
  }

  async #send(request: RecordedRequest): Promise<Answer> {
    const headers = new Headers({ accept: 'application/json' })
    if (request.as)
      headers.set('authorization', `Token ${this.#accounts.find((a) => a.username === request.as)!.apiToken}`)
    for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, this.#fill(value))
    let body: BodyInit | undefined
    if (request.text !== undefined) body = this.#fill(request.text)
    else if (request.form) body = new URLSearchParams(request.form.map(([key, value]) => [key, this.#fill(value)]))
    else if (request.json !== undefined) {
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
      body = JSON.stringify(this.#fillAll(request.json))
    }
    const response = await this.#archive.request(this.#fill(request.path), { method: request.method, headers, body })
    const text = this.#recordedKeys(this.#archive.unsigned(await response.text()))
    const answer = { status: response.status, headers: response.headers, text, body: parse(text) }
    if (response.status === 201) this.#learn(answer.body as Created)
    return answer
  }

  /** Puts a file of a frame into the store; gives the version with the key that the store has for it. */
  async #store(frame: Frame, version: Frame['version_set'][number]): Promise<Frame['version_set'][number]> {
    const path = framePath(frame, version.extension)
    const size = sizes.get(path.slice(path.lastIndexOf('/') + 1)) ?? 1000
    const key = await this.#archive.put(path, Buffer.alloc(size, DOT))
    if (key === undefined) return version
    this.#keys.set(key, version.key)
    return { ...version, key }
  }

  #recordedKeys(text: string): string {
    let recorded = text
    for (const [given, key] of this.#keys) recorded = recorded.replaceAll(given, key)
    return recorded
  }

  /** Remembers the id of what was created. */
  #learn({ basename, id, frame }: Created): void {
    if (id !== undefined) this.#ids.set(basename, id)
    if (frame) this.#learn(frame)
  }

  async #walk(request: RecordedRequest, first: Page): Promise<string[]> {
    const names: string[] = []
    for (let page = first; ; ) {
      names.push(...(page.results ?? []).map((row) => row.basename))
      if (!page.next || names.length > 1000) return names
      page = (await this.#send({ ...request, path: page.next.slice(this.#context.base.length) })).body as Page
    }
  }

  /** The body as it was recorded: upper-case doubles are welcome on related frames, where the reference has none. */
  #comparable({ path }: RecordedRequest, { body, text }: Answer, anyOrderBy: string | undefined): unknown {
    let rows = body as Record<string, unknown>[]
    if (!Array.isArray(rows)) return body === undefined ? text : body
    if (path.endsWith('/related/'))
      rows = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== key.toUpperCase())))
    return anyOrderBy === undefined
      ? rows
      : rows.toSorted((a, b) => (String(a[anyOrderBy]) < String(b[anyOrderBy]) ? -1 : 1))
  }

  #fill(text: string): string {
    return text.replace(
      /\{(?:(id|md5|key):([^}]+)|server key|last token)\}/g,
      (whole, kind: string | undefined, name: string) => {
        if (kind === undefined) return whole === '{server key}' ? SERVER_KEY : this.#lastToken
        if (kind === 'id') return String(this.#ids.get(name) ?? NO_ID)
        const recorded = frames.find((f) => f.basename === name)!.version_set[0]![kind as 'md5' | 'key']
        return [...this.#keys].find(([, key]) => key === recorded)?.[0] ?? recorded
      },
    )
  }

  #fillAll(value: unknown): unknown {
    if (typeof value === 'string') return /^\{id:[^}]+\}$/.test(value) ? Number(this.#fill(value)) : this.#fill(value)
    if (Array.isArray(value)) return value.map((v) => this.#fillAll(v))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, this.#fillAll(v)]))
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const setsOf = (body: unknown): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(body as Record<string, string[]>)
      .filter(([name]) => name !== 'generated_at')
      .map(([name, values]) => [name, values.toSorted()]),
  )

/** The lines of a manifest by name; `crc`: it is not given, or it is that of so many dots. */
const entriesOf = (manifest: string): (Entry | string)[] =>
  manifest
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, crc, size, location, name] = /^(-|[0-9a-f]{1,8}) (\d+) (\S+) (.+)$/i.exec(line) ?? []
      if (!crc || !size || !location || !name) return line
      return {
        crc: crc === '-' || Number.parseInt(crc, 16) === crc32(Buffer.alloc(Number(size), DOT)),
        size: Number(size),
        location,
        name,
      }
    })
    .toSorted((a, b) => (typeof a === 'object' && typeof b === 'object' && a.name < b.name ? -1 : 1))
