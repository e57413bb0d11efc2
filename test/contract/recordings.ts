import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { TestArchive } from '../support/archive.ts'
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

interface Frame {
  basename: string
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
type Created = { basename: string; id?: number; url?: string; frame?: Created }
type Page = { count?: number; next?: string | null; previous?: string | null; results?: { basename: string }[] }

/** Replays recordings against an archive, remembering ids and tokens from one to the next. */
export class Replay {
  readonly #archive: TestArchive
  readonly #accounts: Account[]
  readonly #ids = new Map<string, number>()
  #lastToken = 'none yet'

  constructor(archive: TestArchive, accounts: Account[]) {
    this.#archive = archive
    this.#accounts = accounts
  }

  get #context(): Context {
    return { base: 'http://localhost', store: STORE, ids: this.#ids }
  }

  /** Creates the accounts and loads the frames, as portal and ingester do. */
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
      const answer = await this.#send({ method: 'POST', path: '/frames/', as: 'gandalf', json: frame })
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
    const text = await response.text()
    const answer = { status: response.status, headers: response.headers, text, body: parse(text) }
    if (response.status === 201) await this.#learn(answer.body as Created)
    return answer
  }

  /** Remembers the id of what was created, and puts the file that its `url` promises into the store. */
  async #learn({ basename, id, url, frame }: Created): Promise<void> {
    if (id !== undefined) this.#ids.set(basename, id)
    if (frame) await this.#learn(frame)
    if (!url?.startsWith(`${STORE}/`)) return
    const path = url.slice(STORE.length + 1)
    const file = join(this.#archive.files, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, Buffer.alloc(sizes.get(path.slice(path.lastIndexOf('/') + 1)) ?? 1000, DOT))
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
        return frames.find((f) => f.basename === name)!.version_set[0]![kind as 'md5' | 'key']
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
