import { describe, expect, test } from 'vitest'
import { operations } from '../../src/routes/index.ts'
import { PAST } from '../support/frames.ts'
import {
  CALLERS,
  FRAMES,
  type Frame,
  HUB,
  hub,
  sees,
  seesDetail,
  seesListed,
  useMatrix,
  type Who,
} from '../support/visibility.ts'

useMatrix()

interface Row {
  basename: string
  thumbnails?: { id: number }[]
}

const json = async <T>(response: Response): Promise<T> => {
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

const inBody = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

type Outcomes = Record<string, unknown>

/** A readable path: what a caller finds there of each frame, and what the model says. */
interface Path {
  name: string
  found(caller: Who): Promise<Outcomes>
  expected(caller: Who, f: Frame): unknown
  frames?: Frame[]
}

const there = (basenames: readonly string[]): Outcomes =>
  Object.fromEntries(FRAMES.map((f) => [f.basename, basenames.includes(f.basename) ? 'there' : 'absent']))

const thereOrAbsent = (rule: (caller: Who, f: Frame) => boolean) => (caller: Who, f: Frame) =>
  rule(caller, f) ? 'there' : 'absent'

const statusOr = (rule: (caller: Who, f: Frame) => boolean) => (caller: Who, f: Frame) => (rule(caller, f) ? 200 : 404)

async function each(frames: readonly Frame[], ask: (f: Frame) => Promise<unknown>): Promise<Outcomes> {
  const outcomes: Outcomes = {}
  for (const f of frames) outcomes[f.basename] = await ask(f)
  return outcomes
}

const whole = FRAMES.filter((f) => f.dated && f.filed)
const named = FRAMES.filter((f) => f.basename !== 'only-a-name')
const status = (response: Promise<Response>): Promise<number> => response.then((r) => r.status)

async function walk(caller: Who, first: string): Promise<string[]> {
  const names: string[] = []
  for (let path: string | null = first; path !== null; ) {
    const page: { results: Row[]; next: string | null } = await json(await caller.send(path))
    names.push(...page.results.map((row) => row.basename))
    path = page.next?.slice('http://localhost'.length) ?? null
  }
  return names
}

const forStaff = (caller: Who): number => {
  if (caller.staff || caller.superuser) return 200
  return caller.kind === 'user' ? 403 : 401
}

const file = (which: 'newest' | 'older' | 'thumbnail'): Path => ({
  name: `the ${which} file, without a signature`,
  frames: whole,
  found: ({ send }) => each(whole, (f) => status(send(f.files![which]))),
  expected: statusOr(seesListed),
})

const byId = (name: string, path: (f: Frame) => string, body: (f: Frame, body: unknown) => unknown): Path => ({
  name,
  found: ({ send }) =>
    each(FRAMES, async (f) => {
      const response = await send(path(f))
      return response.status === 200 ? body(f, await response.json()) : response.status
    }),
  expected: (caller, f) => (seesDetail(caller, f) ? 'the frame' : 404),
})

const isFrame = (f: Frame, body: unknown): unknown => ((body as { id: number }).id === f.id ? 'the frame' : body)

const PATHS: Path[] = [
  {
    name: 'the list',
    found: async ({ send }) =>
      there((await json<{ results: Row[] }>(await send('/frames/?limit=1000'))).results.map((row) => row.basename)),
    expected: thereOrAbsent(seesListed),
  },
  {
    name: 'the count of a list of one',
    found: ({ send }) =>
      each(
        FRAMES,
        async (f) => (await json<{ count: number }>(await send(`/frames/?basename_exact=${f.basename}`))).count,
      ),
    expected: (caller, f) => (seesListed(caller, f) ? 1 : 0),
  },
  {
    name: 'the list by cursor',
    found: async (caller) => there(await walk(caller, '/frames/?pagination_style=cursor&limit=3')),
    expected: thereOrAbsent(seesListed),
  },
  {
    name: 'the list by cursor, ordered by proposal, backward order',
    found: async (caller) =>
      there(await walk(caller, '/frames/?pagination_style=cursor&limit=2&ordering=-proposal_id')),
    expected: thereOrAbsent(seesListed),
  },
  {
    name: 'thumbnails within the list',
    found: async ({ send }) => {
      const { results } = await json<{ results: Row[] }>(await send('/frames/?limit=1000&include_thumbnails=true'))
      const ids = results.flatMap((row) => row.thumbnails!.map((t) => t.id))
      return there(FRAMES.filter((f) => ids.includes(f.thumbnail)).map((f) => f.basename))
    },
    expected: thereOrAbsent(seesListed),
  },
  byId('the detail', (f) => `/frames/${f.id}/`, isFrame),
  byId('the detail with thumbnails', (f) => `/frames/${f.id}/?include_thumbnails=true`, isFrame),
  byId(
    'the headers',
    (f) => `/frames/${f.id}/headers/`,
    (f, body) => ((body as { data: { SECRET: string } }).data.SECRET === f.basename ? 'the frame' : body),
  ),
  byId(
    'the related frames of it',
    (f) => `/frames/${f.id}/related/`,
    (_, body) => ((body as Row[]).map((row) => row.basename).join() === HUB ? 'the frame' : body),
  ),
  {
    name: 'it among the related frames of another',
    found: async ({ send }) =>
      there((await json<Row[]>(await send(`/frames/${hub}/related/`))).map((row) => row.basename)),
    expected: thereOrAbsent(seesListed),
  },
  {
    name: 'the aggregate of everything',
    found: async ({ send }) => {
      const { sites } = await json<{ sites: string[] }>(await send('/frames/aggregate/'))
      return there(FRAMES.filter((f) => sites.includes(f.site)).map((f) => f.basename))
    },
    expected: thereOrAbsent(seesListed),
  },
  ...['true', 'false'].map((isPublic) => ({
    name: `the aggregate of a year, public=${isPublic}`,
    found: async ({ send }: Who) => {
      const { sites } = await json<{ sites: string[] }>(
        await send(`/frames/aggregate/?start=2016-01-01T00:00&end=2016-02-01T00:00&public=${isPublic}`),
      )
      return there(FRAMES.filter((f) => sites.includes(f.site)).map((f) => f.basename))
    },
    expected: thereOrAbsent((caller, f) => seesListed(caller, f) && (isPublic === 'true' || f.publicDate !== PAST)),
  })),
  {
    name: 'the aggregate of one proposal, within a time limit',
    found: ({ send }) =>
      each(whole, async (f) => {
        const query = new URLSearchParams({
          proposal_id: f.proposal,
          site_id: f.site,
          public: 'true',
          query_timeout: '20000',
        })
        return (await json<{ instruments: string[] }>(await send(`/frames/aggregate/?${query}`))).instruments.length
      }),
    frames: whole,
    expected: (caller, f) => (seesListed(caller, f) ? 1 : 0),
  },
  {
    name: 'the list of thumbnails',
    found: async ({ send }) => {
      const ids = (await json<{ results: { id: number }[] }>(await send('/thumbnails/?limit=1000'))).results.map(
        (t) => t.id,
      )
      return there(FRAMES.filter((f) => ids.includes(f.thumbnail)).map((f) => f.basename))
    },
    frames: named,
    expected: thereOrAbsent(sees),
  },
  {
    name: 'the count of its thumbnails',
    found: ({ send }) =>
      each(
        named,
        async (f) => (await json<{ count: number }>(await send(`/thumbnails/?frame_basename=${f.basename}`))).count,
      ),
    frames: named,
    expected: (caller, f) => (sees(caller, f) ? 1 : 0),
  },
  {
    name: 'a thumbnail',
    found: ({ send }) => each(named, (f) => status(send(`/thumbnails/${f.thumbnail}/`))),
    frames: named,
    expected: statusOr(sees),
  },
  {
    name: 'a ZIP of it',
    found: ({ send }) => each(FRAMES, (f) => status(send('/frames/zip/', inBody({ frame_ids: [f.id] })))),
    expected: statusOr(seesListed),
  },
  {
    name: 'a ZIP of all',
    found: async (caller) => {
      const response = await caller.send('/frames/zip/', inBody({ frame_ids: FRAMES.map((f) => f.id) }))
      expect(response.status).toBe(200)
      return there([...(await response.text()).matchAll(/\/([\w-]+)\.fits\.fz$/gm)].map((m) => m[1]!))
    },
    expected: thereOrAbsent(seesListed),
  },
  file('newest'),
  file('older'),
  file('thumbnail'),
  {
    name: 'the file by the signed address that a superuser was given',
    found: ({ send }) => each(whole, async (f) => (await send(f.signed!)).text()),
    frames: whole,
    expected: (_, f) => f.basename,
  },
  {
    name: 'its versions, one by one',
    found: ({ send }) =>
      each(FRAMES, async (f) => Promise.all(f.versions.map((id) => status(send(`/versions/${id}/`))))),
    expected: (caller, f) => (f.filed ? [forStaff(caller), forStaff(caller)] : []),
  },
]

describe.each(Object.values(CALLERS).map((caller) => [caller.name, caller] as const))(
  '%s finds what it may see, and nothing else',
  (_, caller) => {
    test.each(PATHS.map((path) => [path.name, path] as const))('%s', async (_, path) => {
      const expected = Object.fromEntries((path.frames ?? FRAMES).map((f) => [f.basename, path.expected(caller, f)]))
      const found = await path.found(caller)
      expect(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]]))).toEqual(expected)
    })
  },
)

test('the model tells the frames and the callers apart', () => {
  const views = Object.values(CALLERS).map((caller) => FRAMES.filter((f) => seesListed(caller, f)).length)
  expect(views).toEqual([3, 5, 5, 5, 5, 3, 5, 3, 10, 10])
})

test('a list of versions is for staff', async () => {
  for (const caller of Object.values(CALLERS))
    expect([caller.name, await status(caller.send('/versions/?limit=1'))]).toEqual([caller.name, forStaff(caller)])
})

/** A response whole: what a client could tell two of them apart by. */
async function whatIsTold(response: Promise<Response>): Promise<unknown> {
  const { status, headers, ...rest } = await response.then(async (r) => ({
    status: r.status,
    headers: [...r.headers],
    body: await r.text(),
  }))
  return { status, headers, ...rest }
}

const MISSING = 999_999_999
const others = (): Frame => FRAMES.find((f) => f.basename === 'others')!

type Request = [string, (id: number, name: string, path: string) => [string, RequestInit?]]

/** Every operation on one frame, those that are yet to come included. */
const onOneFrame = operations
  .filter(({ path }) => /^\/frame.*\{id\}/.test(path))
  .map(({ method, path }): Request => {
    const sent = method === 'GET' ? undefined : { ...inBody({}), method }
    return [`${method} ${path}`, (id) => [path.replace('{id}', String(id)), sent]]
  })

const hiddenAndMissing: Request[] = [
  ...onOneFrame,
  ...['', 'related/', 'headers/'].map(
    (rest): Request => [`HEAD /frames/ID/${rest}`, (id) => [`/frames/${id}/${rest}`, { method: 'HEAD' }]],
  ),
  ['GET /frames/ID/ with thumbnails', (id) => [`/frames/${id}/?include_thumbnails=true`]],
  ['GET /frames/ID.json', (id) => [`/frames/${id}.json`]],
  ['OPTIONS /frames/ID/', (id) => [`/frames/${id}/`, { method: 'OPTIONS' }]],
  ['GET /frames/ID/ with If-None-Match', (id) => [`/frames/${id}/`, { headers: { 'if-none-match': '*' } }]],
  ['POST /frames/zip/', (id) => ['/frames/zip/', inBody({ frame_ids: [id] })]],
  ['POST /frames/zip/ to unpack', (id) => ['/frames/zip/', inBody({ frame_ids: [id], uncompress: true })]],
  ['POST /frames/zip/ beside a public frame', (id) => ['/frames/zip/', inBody({ frame_ids: [id, hub] })]],
  ['GET /frames/?basename_exact', (_, name) => [`/frames/?basename_exact=${name}`]],
  [
    'GET /frames/?target_name and order by cursor',
    (_, name) => [`/frames/?basename_exact=${name}&pagination_style=cursor`],
  ],
  ['GET /thumbnails/?frame_basename', (_, name) => [`/thumbnails/?frame_basename=${name}`]],
  ['GET /files/…', (_, __, path) => [path]],
  ['HEAD /files/…', (_, __, path) => [path, { method: 'HEAD' }]],
  ['GET a range of /files/…', (_, __, path) => [path, { headers: { range: 'bytes=0-1' } }]],
  [
    'GET /files/… with a made-up signature',
    (_, __, path) => [`${path}?expires=99999999999&signature=${'A'.repeat(32)}`],
  ],
]

test('operations on one frame are found', () => {
  expect(onOneFrame.map(([name]) => name)).toEqual(
    expect.arrayContaining(['GET /frames/{id}/', 'DELETE /frames/{id}/', 'GET /frame-funpack/{id}/funpack/']),
  )
})

describe.each(
  [CALLERS.anonymous, CALLERS.outsider, CALLERS.byPortalToken, CALLERS.staff].map((c) => [c.name, c] as const),
)('to %s a hidden frame is no frame', (_, caller) => {
  test.each(hiddenAndMissing)('%s', async (_, request) => {
    const { id, files } = others()
    const hidden = await whatIsTold(caller.send(...request(id, 'others', files!.newest)))
    const missing = await whatIsTold(
      caller.send(...request(MISSING, 'orhets', files!.newest.replace('others', 'orhets'))),
    )
    expect(replaced(hidden)).toEqual(replaced(missing))
  })
  test('a thumbnail', async () => {
    expect(await whatIsTold(caller.send(`/thumbnails/${others().thumbnail}/`))).toEqual(
      await whatIsTold(caller.send(`/thumbnails/${MISSING}/`)),
    )
  })
  test("a thumbnail's file", async () => {
    const path = others().files!.thumbnail
    expect(await whatIsTold(caller.send(path))).toEqual(await whatIsTold(caller.send(path.replace('others', 'orhets'))))
  })
})

/** What was asked for may be told again. */
const replaced = (told: unknown): unknown => JSON.parse(JSON.stringify(told).replaceAll('orhets', 'others'))
