import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { inRepository } from './support/data.ts'
import { launch } from './support/program.ts'

// What npm would publish, installed in an empty folder: what `npm run build:package` has made has to be there.

const run = promisify(execFile)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-package-'))
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: inRepository('.'),
    maxBuffer: 10_000_000,
  })
  const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  for (const wanted of ['dist/platestack.js', 'dist/worker/worker.js', 'dist/types/src/index.d.ts'])
    expect(paths, 'npm run build:package makes it').toContain(wanted)
  expect(paths.filter((path) => /\.map$|openapi\.js$|bench/.test(path))).toEqual([])
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}')
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`, '@types/node@20']
  await run('npm', install, { cwd: folder })
}, 400_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const CLIENT = `
import { ArchiveError, dataOf, openArchive, type Frame, type FrameRecord } from 'platestack/client'
import { downloadFrames, downloadZip } from 'platestack/client/files'

export async function use(record: FrameRecord): Promise<string> {
  const archive = openArchive('http://127.0.0.1:8000/', { token: 'x' })
  const frames: Frame[] = []
  for await (const frame of archive.frames({ cone: '10,41,1', limit: 5 })) frames.push(frame)
  await downloadFrames(archive, frames, 'folder', { onProgress: ({ name, bytes, total }) => console.log(name, bytes, total) })
  await downloadZip(archive, [1, 2], 'frames.zip', { uncompress: true })
  // @ts-expect-error there is no such filter
  archive.frames({ colour: 'blue' })
  const { username } = await dataOf(archive.api.GET('/profile/'))
  return archive.ingest(record).then(
    ({ basename }) => basename + username,
    (error: unknown) => (error instanceof ArchiveError ? error.detail : ''),
  )
}
`
const SERVER = `
import { connect, createApp, type Services } from 'platestack'
import document from 'platestack/openapi.json' with { type: 'json' }
import worker from 'platestack/worker'

export async function answer(request: Request): Promise<Response> {
  const services: Services = await connect({ DATABASE_URL: 'postgres://localhost/archive' })
  return createApp().fetch(request, services)
}
export const atTheEdge: (request: Request, env: never, context: never) => Promise<Response> = worker.fetch
export const title: string = document.info.title
`
const COMPILERS = {
  'TypeScript 7': inRepository('node_modules/typescript/bin/tsc'),
  'TypeScript 5': inRepository('scripts/clients/node_modules/typescript/bin/tsc'),
}

// the client needs no types of Node, and the libraries' own declarations are checked too
const CLIENTS = { name: 'client', source: CLIENT, types: [] as string[] }
const SERVERS = { name: 'server', source: SERVER, types: ['node'] }

test.each([
  ['the client', 'TypeScript 5', CLIENTS, 'nodenext', 'nodenext'],
  ['the client', 'TypeScript 7', CLIENTS, 'nodenext', 'nodenext'],
  ['the client', 'TypeScript 7', CLIENTS, 'esnext', 'bundler'],
  ['the archive', 'TypeScript 7', SERVERS, 'nodenext', 'nodenext'],
  ['the archive', 'TypeScript 7', SERVERS, 'esnext', 'bundler'],
] as const)(
  'the types of %s are understood by %s',
  async (_, compiler, { name, source, types }, module, moduleResolution) => {
    const options = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      resolveJsonModule: true,
      module,
      moduleResolution,
      types,
    }
    await writeFile(join(folder, `${name}.ts`), source)
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: [`${name}.ts`] }))
    const { stdout } = await run(process.execPath, [COMPILERS[compiler], '-p', 'tsconfig.json'], { cwd: folder })
    expect(stdout).toBe('')
  },
)

// making the embedded database takes a while
test('npx platestack serve is an archive, which the installed client and library use', async () => {
  const home = join(folder, 'home')
  await mkdir(home)
  const env = { HOME: home, PLATESTACK_DATA_DIR: join(folder, 'data'), PORT: '0' }
  // npx passes no signal on: as on a terminal, all that it started gets it
  const serving = launch('npx', ['--offline', 'platestack', 'serve'], { env, cwd: folder, detached: true })
  const stop = () => process.kill(-serving.child.pid!, 'SIGTERM')
  onTestFinished(() => {
    if (serving.child.exitCode === null && serving.child.signalCode === null) stop()
  })
  const [, url] = await serving.printed(/is listening on (http:\/\/[^/]+)\//)
  const { stdout: token } = await run('npx', ['--offline', 'platestack', 'token', 'admin'], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  })
  const use = `
    import { dataOf, openArchive } from 'platestack/client'
    const archive = openArchive('${url}', { token: '${token.trim()}' })
    const { username } = await dataOf(archive.api.GET('/profile/'))
    const record = { basename: 'a-frame', observation_day: 'soon' }
    const refused = await archive.ingest(record).catch((error) => error)
    const frames = []
    for await (const frame of archive.frames()) frames.push(frame)
    console.log(JSON.stringify([username, refused.name, refused.status, frames]))`
  expect(JSON.parse(await output(use))).toEqual(['admin', 'ArchiveError', 400, []])
  stop()
  await serving.ended

  // the server's database is closed once it has ended
  const library = `
    import { connect, createApp } from 'platestack'
    const services = await connect({ PLATESTACK_DATA_DIR: ${JSON.stringify(join(folder, 'data'))} })
    const answer = await createApp().fetch(new Request('http://archive.example/frames/'), services)
    console.log(JSON.stringify([answer.status, await answer.json()]))
    await services.close()`
  expect(JSON.parse(await output(library))).toMatchObject([200, { count: 0, results: [] }])
}, 400_000)

/** What a program in the folder prints. */
async function output(program: string): Promise<string> {
  await writeFile(join(folder, 'program.js'), program)
  return (await run(process.execPath, ['program.js'], { cwd: folder })).stdout
}
