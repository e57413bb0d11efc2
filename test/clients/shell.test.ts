import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'
import { filesIn, startClient, sumsOf, weekArchive } from '../support/week_archive.ts'

test('the script with curl downloads a search, and goes on where it was killed', async () => {
  const page = readFileSync(inRepository('docs/clients.md'), 'utf8')
  const [, script] = page.match(/^```sh search\.sh\n(.*?)^```$/ms)!
  const archive = await weekArchive()
  const busy = new Set<string>()
  archive.relay.decide((what) => {
    const name = ['GET /frames/?', '-0012-'].find((part) => what.includes(part))!
    if (name === undefined || busy.has(name)) return 'pass'
    busy.add(name)
    return name === '-0012-' ? { after: 300_000, end: 'stall' } : { status: 503, headers: { 'retry-after': '1' } }
  })
  // with a process group of its own, so that curl is killed too
  const first = startClient(archive, ['setsid', 'sh', '-c', script!])
  // curl writes what it has by 4096 bytes
  const begun = async () => [...(await filesIn(archive.folder))].find(([name]) => name.includes('-0012-'))?.[1].length
  await expect.poll(begun, { timeout: 110_000 }).toBeGreaterThan(290_000)
  process.kill(-first.child.pid!, 'SIGKILL')
  await first.ended
  const had = (await begun())!

  archive.relay.seen.length = 0
  const second = startClient(archive, ['sh', '-c', script!])
  expect([await second.ended, second.stderr]).toEqual([0, ''])
  expect(
    second.stdout
      .trim()
      .split('\n')
      .map((name) => `${name}.fits.fz`)
      .sort(),
  ).toEqual([...archive.wanted.keys()])
  expect(sumsOf(await filesIn(archive.folder))).toEqual(sumsOf(archive.wanted))
  const files = archive.relay.seen.filter(({ what }) => what.startsWith('GET /files/'))
  const [resumed] = files.filter(({ what }) => what.includes('-0012-'))
  expect([resumed!.headers.range, resumed!.status]).toEqual([`bytes=${had}-`, 206])
  expect(files.some(({ headers }) => headers.authorization !== undefined)).toBe(false)
  await archive.close()
})
