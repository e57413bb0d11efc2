import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inRepository } from './support/data.ts'

const root = inRepository('src')
const files = readdirSync(root, { recursive: true })
  .map((file) => String(file).replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file))
  .sort()
const textOf = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))

interface Import {
  from: string
  /** A file of src/, a package, or `node:…`. */
  to: string
  /** Types are gone at run time: what they come from is not reached through them. */
  kind: 'values' | 'types'
  /** Loaded when it is first used, by import(). */
  isLater: boolean
}

const STATEMENT =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm

function importsOf(from: string): Import[] {
  return [...textOf.get(from)!.matchAll(STATEMENT)].map(([, type, names = '', target, dynamic]) => {
    const name = (target ?? dynamic)!
    const to = name.startsWith('.') ? relative(root, join(root, dirname(from), name)).replaceAll('\\', '/') : name
    const braces = /^\{([\s\S]*)\}$/
      .exec(names.trim())?.[1]
      ?.split(',')
      .map((n) => n.trim())
      .filter(Boolean)
    const typesOnly = type !== undefined || braces?.every((n) => n.startsWith('type ')) === true
    return { from, to, kind: typesOnly ? 'types' : 'values', isLater: dynamic !== undefined }
  })
}

const imports = files.flatMap(importsOf)
const within = imports.filter((i) => textOf.has(i.to))
/** The folder of src/ that a module lies in, or the module itself: `config.ts` and `config/` are one. */
const part = (file: string): string => file.replace(/(\/.*|\.tsx?)$/, '')
const show = ({ from, to, kind }: Import): string => `${from} imports ${kind} of ${to}`

/**
 * What each part may use of the others, types included. One way through: runtimes, cli → app → routes → http, queries, views, auth,
 * files → schemas, database → errors, config, log. A part that is not here is a mistake: say where it belongs.
 */
const MAY_USE: Record<string, readonly string[]> = {
  cli: [
    'runtimes',
    'rollups',
    'doctor',
    'ingest',
    'purge',
    'import',
    'services',
    'files',
    'auth',
    'cache',
    'queries',
    'schemas',
    'fits',
    'database',
    'outcome',
    'log',
    'config',
    'concurrency',
    'counted',
    'version',
  ],
  runtimes: [
    'app',
    'traces',
    'doctor',
    'rollups',
    'queries',
    'caller',
    'tally',
    'version',
    'http',
    'services',
    'telemetry',
    'access_log',
    'files',
    'messages',
    'cache',
    'replica',
    'fits',
    'database',
    'log',
    'errors',
    'config',
    'bytes',
    'concurrency',
    'auth',
  ],
  app: ['routes', 'http', 'errors'],
  // what the package exports: it opens an archive as the program does
  index: ['app', 'cli', 'runtimes', 'services', 'log', 'config'],
  openapi: ['routes', 'http', 'schemas'],
  routes: [
    'pages',
    'status',
    'readiness',
    'http',
    'bulk',
    'views',
    'services',
    'files',
    'auth',
    'queries',
    'schemas',
    'database',
    'seal',
    'errors',
    'caller',
    'tally',
  ],
  pages: ['http', 'services'],
  http: [
    'views',
    'services',
    'files',
    'auth',
    'queries',
    'schemas',
    'database',
    'telemetry',
    'replica',
    'seal',
    'log',
    'errors',
    'caller',
    'bytes',
    'raw_json',
    'tally',
  ],
  bulk: ['views', 'services', 'queries', 'schemas', 'database', 'outcome', 'log', 'errors', 'bytes', 'tally'],
  ingest: ['files', 'fits', 'outcome', 'log', 'errors', 'config', 'bytes', 'crc32', 'concurrency'],
  purge: ['files', 'queries', 'database'],
  import: [
    'ingest',
    'bulk',
    'views',
    'files',
    'queries',
    'schemas',
    'database',
    'log',
    'errors',
    'caller',
    'bytes',
    'concurrency',
  ],
  views: ['files', 'queries', 'raw_json'],
  services: [
    'files',
    'messages',
    'auth',
    'cache',
    'caller',
    'configdb',
    'doctor',
    'probes',
    'readiness',
    'telemetry',
    'replica',
    'queries',
    'database',
    'log',
    'config',
    'crc32',
  ],
  doctor: [
    'counted',
    'log',
    'queries',
    'files',
    'messages',
    'cache',
    'configdb',
    'generated',
    'database',
    'errors',
    'config',
  ],
  readiness: ['log'],
  probes: [
    'auth',
    'readiness',
    'replica',
    'cache',
    'files',
    'messages',
    'queries',
    'database',
    'config',
    'concurrency',
  ],
  status: ['concurrency', 'services', 'doctor', 'readiness', 'queries', 'log', 'version'],
  files: [
    'telemetry',
    'auth',
    'queries',
    'fits',
    'database',
    'seal',
    'log',
    'errors',
    'config',
    'bytes',
    'crc32',
    'concurrency',
  ],
  messages: ['queries', 'database', 'log', 'tally'],
  rollups: ['queries', 'database', 'log', 'tally', 'concurrency'],
  replica: ['queries', 'cache', 'database', 'log', 'concurrency'],
  auth: [
    'telemetry',
    'queries',
    'database',
    'cache',
    'log',
    'errors',
    'config',
    'caller',
    'bytes',
    'tally',
    'concurrency',
  ],
  cache: ['log', 'config', 'tally'],
  configdb: ['telemetry', 'queries', 'database', 'log', 'config'],
  queries: ['schemas', 'database', 'outcome', 'errors', 'caller'],
  schemas: ['outcome', 'errors'],
  fits: ['bytes', 'crc32'],
  database: ['generated', 'config', 'counted'],
  generated: ['database'],
  access_log: ['telemetry'],
  traces: ['telemetry', 'database', 'log', 'config', 'version'],
  telemetry: [],
  seal: ['auth', 'bytes'],
  log: ['telemetry', 'errors'],
  errors: ['database'],
  config: [],
  caller: [],
  outcome: [],
  tally: ['outcome'],
  bytes: [],
  raw_json: [],
  crc32: [],
  concurrency: [],
  counted: [],
  version: [],
}

test('imports point one way', () => {
  const wrong = within.filter(({ from, to }) => part(from) !== part(to) && !MAY_USE[part(from)]?.includes(part(to)))
  expect(wrong.map(show)).toEqual([])
})

test('no permission is given that nobody uses', () => {
  const used = new Set(within.map(({ from, to }) => `${part(from)} ${part(to)}`))
  const unused = Object.entries(MAY_USE).flatMap(([user, parts]) =>
    parts.map((p) => `${user} ${p}`).filter((pair) => !used.has(pair)),
  )
  expect(unused).toEqual([])
})

test('every part of src has its place', () => {
  const parts = [...new Set(files.map(part))]
  expect(parts.filter((p) => MAY_USE[p] === undefined)).toEqual([])
  expect(Object.keys(MAY_USE).filter((p) => !parts.includes(p))).toEqual([])
})

test('views take of the store only which files a record has', () => {
  expect(
    within.filter((i) => part(i.from) === 'views' && i.to.startsWith('files/') && i.kind === 'values').map((i) => i.to),
  ).toSatisfy((used: string[]) => used.length > 0 && used.every((to) => to === 'files/store/refs.ts'))
})

test('what describes a file knows neither archives nor stores, but for the paths in them', () => {
  const used = within.filter((i) => i.from.startsWith('ingest/describe/') && !i.to.startsWith('ingest/describe/'))
  expect(used.length).toBeGreaterThan(0)
  const allowed = ({ to, kind }: Import) =>
    /^(fits|config)\/|^bytes\.ts$|^files\/store\/paths\.ts$/.test(to) || kind === 'types'
  expect(used.filter((i) => !allowed(i) || i.to.startsWith('ingest/deliver/')).map(show)).toEqual([])
})

test('no module imports itself by a detour', () => {
  const used = new Map(files.map((file) => [file, within.filter((i) => i.from === file).map((i) => i.to)]))
  const inCircle = files.filter((start) => reached(used.get(start)!, used).has(start))
  expect(inCircle).toEqual([])
})

function reached(starts: readonly string[], used: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set<string>()
  const todo = [...starts]
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    todo.push(...(used.get(file) ?? []))
  }
  return seen
}

/** Packages that open sockets or files the Node way: a runtime at the edge has none of it. */
const OF_NODE = /^(node:|@hono\/node-server|@electric-sql\/|memjs$|amqplib|swagger-ui-dist)/

test('node: is imported by src/runtimes and src/cli alone', () => {
  const wrong = imports.filter((i) => i.to.startsWith('node:') && !/^(runtimes|cli)\//.test(i.from))
  expect(wrong.map(show)).toEqual([])
})

test('what the app and its services are made of runs at the edge: no way of imports leads to Node', () => {
  expect([...atTheEdge()].filter((name) => OF_NODE.test(name))).toEqual([])
  expect([...atTheEdge()].filter((name) => textOf.has(name)).length).toBeGreaterThan(50)
})

/** All that the app and its services reach at run time: modules of src/ and packages. */
function atTheEdge(): Set<string> {
  const used = new Map(
    files.map((file) => [file, imports.filter((i) => i.from === file && i.kind === 'values').map((i) => i.to)]),
  )
  return reached(['app.ts', 'services.ts', 'openapi/clients.ts'], used)
}

test('an archive starts without what only some requests need', () => {
  const atOnce = new Map(
    files.map((file) => [
      file,
      imports.filter((i) => i.from === file && i.kind === 'values' && !i.isLater).map((i) => i.to),
    ]),
  )
  const loaded = [...reached(['app.ts', 'services.ts'], atOnce)]
  const HEAVY = /^(zod|@hono\/zod-openapi|@asteasolutions\/|@aws-sdk\/|@smithy\/)/
  expect(loaded.filter((name) => HEAVY.test(name))).toEqual([])
  expect(loaded).toContain('routes/frames/create.ts')
})

test("what runs at the edge uses none of Node's globals", () => {
  const GLOBAL = /(?<![\w.'"`])(process\.|Buffer\b|setImmediate\b|require\(|__dirname\b|__filename\b)/
  const wrong = [...atTheEdge()]
    .filter((file) => textOf.has(file) && part(file) !== 'generated')
    .flatMap((file) =>
      textOf
        .get(file)!
        .split('\n')
        .map((line, i) => ({ file, line, number: i + 1 })),
    )
    .filter(({ line }) => GLOBAL.test(line.replace(/\/\/.*|^\s*\/?\*.*/, '')))
  expect(wrong.map(({ file, number, line }) => `${file}:${number} ${line.trim()}`)).toEqual([])
})

test('SQL text is written in sql/ alone: only migrations, runtimes and the pool send any other', () => {
  const wrong = files.filter(
    (file) => /\.unsafe\(/.test(textOf.get(file)!) && !/^(database|runtimes|cli|generated)(\/|\.ts)/.test(file),
  )
  expect(wrong).toEqual([])
})

test('a module has 300 lines at most, and says what it is for by its name', () => {
  const long = files.filter(
    (file) => part(file) !== 'generated' && textOf.get(file)!.trimEnd().split('\n').length > 300,
  )
  expect(long).toEqual([])
  expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc)\.tsx?$/.test(file))).toEqual([])
})

describe('clients/typescript', () => {
  const client = readdirSync(inRepository('clients/typescript'), { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
  const text = (file: string) => readFileSync(inRepository(`clients/typescript/${file}`), 'utf8')
  const used = client.flatMap((from) =>
    [...text(from).matchAll(STATEMENT)].map(([, , , target, dynamic]) => {
      const name = (target ?? dynamic)!
      return { from, to: name.startsWith('.') ? join(dirname(from), name) : name }
    }),
  )

  test('is used by what ingests, by what imports and by commands alone', () => {
    const users = imports.filter(({ to }) => to.startsWith('../clients/'))
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter(({ from }) => !/^(ingest|import|cli)\//.test(from)).map(show)).toEqual([])
  })

  test('imports nothing of src, two packages, and what is of Node only where files are written', () => {
    const isAllowed = ({ from, to }: (typeof used)[number]) =>
      client.includes(to) ||
      /^(openapi-fetch|@noble\/hashes\/legacy\.js)$/.test(to) ||
      (to.startsWith('node:') && from.startsWith('files/'))
    expect(used.length).toBeGreaterThan(20)
    expect(used.filter((i) => !isAllowed(i))).toEqual([])
    expect(used.filter(({ from, to }) => from !== 'files.ts' && !/^files/.test(from) && /^files/.test(to))).toEqual([])
  })

  test('has no circle, and no module above 300 lines', () => {
    const next = new Map(client.map((file) => [file, used.filter((i) => i.from === file).map((i) => i.to)]))
    expect(client.filter((start) => reached(next.get(start)!, next).has(start))).toEqual([])
    const own = client.filter((file) => file !== 'schema.ts')
    expect(own.filter((file) => text(file).trimEnd().split('\n').length > 300)).toEqual([])
  })
})

test('this test sees the imports there are', () => {
  expect(within.length).toBeGreaterThan(200)
  expect(within).toContainEqual({ from: 'runtimes/node/listen.ts', to: 'app.ts', kind: 'values', isLater: false })
  expect(within).toContainEqual({ from: 'bulk/bulk.ts', to: 'schemas/frame_record.ts', kind: 'values', isLater: true })
  const filters = { from: 'queries/frames/list.ts', to: 'schemas/filters.ts' }
  expect(within).toContainEqual({ ...filters, kind: 'types', isLater: false })
})
