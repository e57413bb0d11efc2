import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { tokenOf } from '../../../src/auth/tokens.ts'
import { readTicket, type Ticket, writeTicket } from '../../../src/files/downloads/ticket.ts'
import { disposition } from '../../../src/files/store/disposition.ts'
import { saveUser } from '../../../src/queries/users/save.ts'
import { beside, type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame, PAST, type Posted, post, store } from '../../support/frames.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Near enough for the timers that are running. */
const TOMORROW = Math.ceil(Date.now() / DAY_MS) * DAY_MS
const NOON = TOMORROW + 12 * HOUR_MS
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10).replaceAll('-', '')

let archive: TestArchive
let open: Posted
let hidden: Posted
let member: { id: number; token: string }
beforeAll(async () => {
  archive = await testArchive()
  const { writer, keys } = archive.services
  open = await post(archive, newFrame('open'))
  hidden = await post(archive, newFrame('hidden', { public_date: FAR }))
  for (const [frame, text] of [
    [open, 'open bytes'],
    [hidden, 'hidden bytes'],
  ] as const)
    await store(archive, frame.url!, text)
  const person = {
    username: 'frodo',
    first_name: null,
    last_name: null,
    email: null,
    is_staff: false,
    is_superuser: false,
  }
  const id = await saveUser(writer, person)
  await writer`insert into profiles (user_id, proposals) values (${id}, ${['alpha']})`
  member = { id, token: await tokenOf(writer, keys, id) }
})
afterAll(() => archive?.close())
afterEach(() => void vi.useRealTimers())

const at = (time: number) => void vi.useFakeTimers({ toFake: ['Date'], now: time })
const zip = (frame_ids: number[], init: RequestInit & { token?: string } = {}) =>
  archive.request('/frames/zip/', { ...init, json: { frame_ids } })
const addressOf = (response: Response) => new URL(response.headers.get('content-location')!).pathname
/** A process that remembers nothing of users. */
const fresh = async (address: string, init: RequestInit = {}) => (await beside(archive, {})).request(address, init)
const missing = async (response: Response) => [response.status, await response.json()]
const MISSING = [404, { detail: 'Not found.' }]

describe('the address of a ZIP', () => {
  test('lives a day from the POST, however often it is fetched, and gives itself', async () => {
    at(NOON)
    const posted = await zip([open.id])
    const address = addressOf(posted)
    const body = await posted.text()
    for (const hours of [1, 10, 23.99]) {
      at(NOON + hours * HOUR_MS)
      const again = await archive.request(address)
      expect([again.status, addressOf(again), await again.text()]).toEqual([200, address, body])
    }
    at(NOON + 24 * HOUR_MS + 1000)
    expect(await missing(await archive.request(address))).toEqual(MISSING)
  })

  test('opens as long as the frames are visible to whom it was given, and to no others', async () => {
    const own = addressOf(await zip([open.id, hidden.id], { token: member.token }))
    const anonymous = addressOf(await zip([open.id]))
    const { writer } = archive.services
    expect(await (await fresh(own)).text()).toContain('hidden bytes')
    const proposals = (names: string[]) => writer`update profiles set proposals = ${names}`
    const active = (is: boolean) => writer`update users set is_active = ${is} where username = 'frodo'`
    const revokes = [
      [() => proposals([]), () => proposals(['alpha'])],
      [() => active(false), () => active(true)],
    ] as const
    for (const [revoke, restore] of revokes) {
      await revoke()
      for (const method of ['GET', 'HEAD']) expect((await fresh(own, { method })).status).toBe(404)
      expect((await fresh(own, { headers: { range: 'bytes=0-9' } })).status).toBe(404)
      expect((await fresh(anonymous)).status).toBe(200)
      await restore()
      expect((await fresh(own)).status).toBe(200)
    }
    // all of it or nothing: a ZIP without the frame would look whole
    const patch = async (public_date: string) => {
      const json = { public_date }
      const changed = await archive.request(`/frames/${open.id}/`, { method: 'PATCH', token: archive.root, json })
      expect(changed.status).toBe(200)
    }
    await patch(FAR)
    expect(await missing(await fresh(anonymous))).toEqual(MISSING)
    expect((await fresh(own)).status).toBe(200)
    await patch(PAST)
    expect((await fresh(anonymous)).status).toBe(200)
  })

  test('is not another ZIP when a frame gets another name', async () => {
    const frame = await post(archive, newFrame('renamed'))
    await store(archive, frame.url!, 'bytes')
    const address = addressOf(await zip([frame.id]))
    expect((await archive.request(address)).status).toBe(200)
    const { writer } = archive.services
    await writer`update frames set basename = 'other' where id = ${frame.id}`
    await store(archive, frame.url!.replace('renamed', 'other'), 'bytes')
    expect(await missing(await archive.request(address))).toEqual(MISSING)
  })

  test('cannot be made, nor any of its parts changed', async () => {
    const address = addressOf(await zip([open.id]))
    const word = address.split('/').at(-2)!
    for (let i = 0; i < word.length; i += 7) {
      const changed = word.slice(0, i) + (word[i] === 'A' ? 'B' : 'A') + word.slice(i + 1)
      expect((await archive.request(`/frames/zip/${changed}/`)).status).toBe(404)
    }
    for (const other of ['x', 'a'.repeat(40), '%00', `${'a'.repeat(32)}~~`])
      expect((await archive.request(`/frames/zip/${other}/`)).status).toBe(404)
  })

  test('fits into the 4 KB that nginx takes of headers, for a thousand frames and whatever is in a ticket', () => {
    const { keys } = archive.services
    const ticket: Ticket = {
      delivery: 'stream',
      receiver: 12345,
      expires: Math.floor(Date.now() / 1000) + 10,
      folder: 'Nächte~von\n"☄"~\u{1f52d}',
      mark: '0123456789abcdef',
      files: Array.from({ length: 1000 }, (_, i) => ({
        version: 2_000_000_000 + 40 * i + ((i * 7919) % 37),
        form: (['stored', 'unpacked', 'catalog'] as const)[i % 3]!,
        descriptor: i % 5 === 0,
      })),
    }
    const word = writeTicket(keys, ticket)!
    expect(word).toMatch(/^[\w-]{1,3000}$/)
    expect(readTicket(keys, word)).toEqual(ticket)
    expect(writeTicket(keys, { ...ticket, files: Array(100).fill(ticket.files).flat() })).toBe(null)
  })
})

describe('a download over midnight', () => {
  const manifest = { 'x-zip-module': 'mod_zip' }
  const before = TOMORROW + DAY_MS - 60_000
  const after = TOMORROW + DAY_MS + 60_000
  const named = (time: number) => `attachment; filename=ocs_archive_data-${dateOf(time)}-1.zip`
  const name = (response: Response) => response.headers.get('content-disposition')
  beforeAll(() => archive.services.writer`update versions set crc32 = 1234567, size = 10 where frame_id = ${open.id}`)
  afterAll(() => archive.services.writer`update versions set crc32 = null, size = null where frame_id = ${open.id}`)

  test.each([
    ['streamed', {}],
    ['of a manifest', manifest],
  ] as [string, Record<string, string>][])('%s goes on under the name and ETag it had', async (_, headers) => {
    at(before)
    const posted = await zip([open.id], { headers })
    const [etag, address, whole] = [posted.headers.get('etag')!, addressOf(posted), await posted.text()]
    expect(name(posted)).toBe(named(before))
    at(after)
    const fetched = await archive.request(address, { headers })
    expect([name(fetched), fetched.headers.get('etag'), await fetched.text()]).toEqual([name(posted), etag, whole])
    const range = { ...headers, range: 'bytes=5-', 'if-range': etag }
    const again = await zip([open.id], { headers: range })
    expect([name(again), again.headers.get('etag')]).toEqual([name(posted), etag])
    const others: Record<string, string>[] = [{ ...headers, range: 'bytes=5-' }, headers]
    for (const other of others) expect(name(await zip([open.id], { headers: other }))).toBe(named(after))
  })

  test('asked of mod_zip by POST without If-Range is given without checksums: then nginx gives all of it', async () => {
    const lines = async (headers: Record<string, string>) =>
      (await (await zip([open.id], { headers: { ...manifest, ...headers } })).text()).slice(0, 9)
    expect(await lines({})).toBe('0012d687 ')
    expect(await lines({ range: 'bytes=5-' })).toMatch(/^- 10 /)
  })

  test('of a manifest has an address that only a proxy with mod_zip can serve, and no X-Archive-Files but on what is one', async () => {
    const posted = await zip([open.id], { headers: manifest })
    const [address, etag] = [addressOf(posted), posted.headers.get('etag')!]
    expect((await archive.request(address)).status).toBe(404)
    const fetched = await archive.request(address, { headers: { ...manifest, range: 'bytes=1-2' } })
    expect([fetched.status, fetched.headers.get('x-archive-files'), fetched.headers.get('accept-ranges')]).toEqual([
      200,
      'zip',
      'bytes',
    ])
    const asked: [string, Record<string, string>, number][] = [
      ['HEAD', {}, 200],
      ['GET', { 'if-none-match': etag }, 304],
      ['GET', { 'if-match': '"other"' }, 412],
    ]
    for (const [method, more, status] of asked) {
      const answer = await archive.request(address, { method, headers: { ...manifest, ...more } })
      expect([method, answer.status, answer.headers.get('x-archive-files')]).toEqual([method, status, null])
    }
    await archive.services.writer`update versions set crc32 = null where frame_id = ${open.id}`
    const unknown = await zip([open.id], { headers: manifest })
    expect([unknown.headers.get('content-location'), unknown.headers.get('etag')]).toEqual([null, null])
  })
})

describe('a name that is more than letters', () => {
  test.each(['a~b~c', 'Nächte', '日本の夜 ☄', "50% o'night (1)", 'über~\u{1f52d}'])(
    '%s is the name of a ZIP and of its folder',
    async (base) => {
      const other = await beside(archive, { ZIP_DOWNLOAD_FILENAME_BASE: base })
      const posted = await other.request('/frames/zip/', { json: { frame_ids: [open.id] } })
      expect(posted.status).toBe(200)
      const bytes = await posted.text()
      const folder = `${base}-${dateOf(Date.now())}-1`
      expect(bytes).toContain(`${folder}/open.fits.fz`)
      expect(posted.headers.get('content-disposition')).toBe(disposition(`${folder}.zip`))
      const again = await other.request(addressOf(posted))
      expect([again.status, await again.text()]).toEqual([200, bytes])
    },
  )

  test('is what curl -OJ saves under, as far as it is ASCII', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'platestack-curl-'))
    const server = createServer(async (request, response) => {
      const answer = await archive.request(request.url!)
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      for (const [basename, saved] of [
        ['plain-e00', 'plain-e00.fits.fz'],
        ['two words', 'two words.fits.fz'],
        ['größe-☄', 'gr__e-_.fits.fz'],
      ] as const) {
        const frame = await post(archive, newFrame(basename))
        await store(archive, frame.url!, 'bytes')
        const { pathname } = new URL(frame.url!)
        for (const path of [pathname, `/frame-funpack/${frame.id}/funpack/`]) {
          const answer = await archive.request(path)
          if (answer.ok) expect(answer.headers.get('content-disposition')).toBe(disposition(`${basename}.fits.fz`))
        }
        await new Promise<void>((resolve, reject) => {
          const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`
          execFile('curl', ['-sSfOJ', url], { cwd: scratch }, (error) => (error ? reject(error) : resolve()))
        })
        expect(readdirSync(scratch)).toContain(saved)
      }
    } finally {
      server.close()
      rmSync(scratch, { recursive: true })
    }
  })
})
