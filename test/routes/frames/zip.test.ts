import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../../../src/auth/tokens.ts'
import { saveUser } from '../../../src/queries/users/save.ts'
import { beside, type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame, newVersion, type Posted, post, store } from '../../support/frames.ts'

let archive: TestArchive
const ids: number[] = []
let hidden: Posted
let lost: Posted

beforeAll(async () => {
  archive = await testArchive({
    ZIP_DELIVERY: 'manifest',
    ZIP_DOWNLOAD_FILENAME_BASE: 'nights',
    ZIP_DOWNLOAD_MAX_UNCOMPRESSED_FILES: '3',
  })
  for (let i = 0; i < 4; i++) {
    const frame = await post(archive, newFrame(`frame-${i}`))
    await store(archive, frame.url!, 'x'.repeat(100 + i))
    ids.push(frame.id)
  }
  hidden = await post(archive, newFrame('hidden', { public_date: FAR }))
  await store(archive, hidden.url!, 'secret')
  lost = await post(archive, newFrame('lost'))
})
afterAll(() => archive?.close())

const zip = (json: unknown, token?: string) => archive.request('/frames/zip/', { json, token })
interface Entry {
  size: number
  location: string
  name: string
}
/** The entries of a manifest; every line has to be one. */
async function entries(response: Response): Promise<Entry[]> {
  expect(response.status).toBe(200)
  const text = await response.text()
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, size, location, name] = /^(?:-|[0-9a-f]{8}) (\d+) (\/\S+) (\S.*)$/.exec(line)!
      return { size: Number(size), location: location!, name: name! }
    })
}
const names = async (response: Response) => (await entries(response)).map((e) => e.name.slice(e.name.indexOf('/') + 1))
const told = async (response: Response) => ({ status: response.status, body: await response.json() })

describe('a manifest', () => {
  test('has one line for each frame, by id, each once, with its size and where nginx finds it', async () => {
    const response = await zip({ frame_ids: [ids[2], ids[0], ids[2], String(ids[0])] })
    const date = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    expect(
      Object.fromEntries(
        ['content-type', 'x-archive-files', 'content-disposition', 'set-cookie', 'x-frame-options'].map((h) => [
          h,
          response.headers.get(h),
        ]),
      ),
    ).toEqual({
      'content-type': 'text/plain',
      'x-archive-files': 'zip',
      'content-disposition': `attachment; filename=nights-${date}-2.zip`,
      'set-cookie': 'fileDownload=true; path=/',
      'x-frame-options': null,
    })
    expect(await entries(response)).toEqual(
      [0, 2].map((i) => ({
        size: 100 + i,
        location: `/zip-files/cpt/kb70/20160102/raw/frame-${i}.fits.fz`,
        name: `nights-${date}-2/frame-${i}.fits.fz`,
      })),
    )
  })

  test('leaves out what the caller may not see, and ids that no frame can have', async () => {
    expect(await names(await zip({ frame_ids: [ids[0], hidden.id, 999_999_999, 99_999_999_999, 1e15] }))).toEqual([
      'frame-0.fits.fz',
    ])
    expect(await names(await zip({ frame_ids: [ids[0], hidden.id] }, archive.root))).toEqual([
      'frame-0.fits.fz',
      'hidden.fits.fz',
    ])
  })

  test('names a file that is not in the store: a ZIP without it would look whole', async () => {
    const refused = await zip({ frame_ids: [ids[0], lost.id] })
    expect([refused.status, await refused.json()]).toEqual([
      404,
      { detail: 'Missing from the file store: lost.fits.fz.' },
    ])
  })

  test('holds the newest version only', async () => {
    const first = await post(archive, newFrame('twice', { version_set: [newVersion('twice, first')] }))
    const second = await post(archive, newFrame('twice', { version_set: [newVersion('twice, second')] }))
    await store(archive, second.url!, 'the second')
    await store(archive, second.version_set[1]!.url!, 'the very first')
    expect((await entries(await zip({ frame_ids: [first.id] }))).map((e) => e.size)).toEqual([10])
  })

  test.each([
    ['a name with a line break, which would be an entry of its own', 'evil\n- 1 /zip-files/etc/passwd passwd'],
    ['a name that climbs out of the folder', '../../up'],
    ['a name with blanks and letters beyond ASCII', 'Čapek ☄ 1'],
    ['a name with what URLs give a meaning', 'a?b#c%41&d'],
  ])('keeps %s on its own line and in the folder', async (_, basename) => {
    const frame = await post(archive, newFrame(basename))
    await store(archive, frame.url!, 'bytes')
    const [first, ...more] = await entries(await zip({ frame_ids: [ids[0], frame.id] }))
    expect([first!.name.endsWith('/frame-0.fits.fz'), more.length <= 1]).toEqual([true, true])
    for (const { name, location } of more) {
      expect(name).toMatch(/^nights-\d{8}-2\/[^/]/)
      expect(name.split('/')).not.toContain('..')
      expect(location).toMatch(/^\/zip-files\/[\w/%.!~*'()-]+$/)
    }
  })
})

describe('a request for a ZIP', () => {
  test.each([
    [
      'indexed',
      [
        ['frame_ids[0]', 0],
        ['frame_ids[1]', 1],
        ['uncompress', 'false'],
      ],
    ],
    [
      'repeated',
      [
        ['frame_ids', 0],
        ['frame_ids', 1],
      ],
    ],
    [
      'out of order, with gaps',
      [
        ['frame_ids[7]', 1],
        ['frame_ids[3]', 0],
      ],
    ],
  ] as [string, [string, number | string][]][])('may be a form, ids %s', async (_, fields) => {
    const pairs = fields.map(([key, value]): [string, string] => [
      key,
      typeof value === 'number' ? String(ids[value]) : value,
    ])
    const urlencoded = await archive.request('/frames/zip/', { method: 'POST', body: new URLSearchParams(pairs) })
    expect(await names(urlencoded)).toEqual(['frame-0.fits.fz', 'frame-1.fits.fz'])
    const form = new FormData()
    for (const [key, value] of pairs) form.append(key, value)
    expect(await names(await archive.request('/frames/zip/', { method: 'POST', body: form }))).toEqual([
      'frame-0.fits.fz',
      'frame-1.fits.fz',
    ])
  })

  test.each([
    ['no ids', {}, { frame_ids: ['This field is required.'] }],
    ['ids that are null', { frame_ids: null }, { frame_ids: ['This field may not be null.'] }],
    ['ids that are no list', { frame_ids: 'x' }, { frame_ids: ['Expected a list of items but got type "str".'] }],
    [
      'ids that are no numbers',
      { frame_ids: ['x', 0, 1.5] },
      {
        frame_ids: {
          0: ['A valid integer is required.'],
          1: ['Ensure this value is greater than or equal to 1.'],
          2: ['A valid integer is required.'],
        },
      },
    ],
    ['a flag that is none', { frame_ids: [1], uncompress: 'maybe' }, { uncompress: ['Must be a valid boolean.'] }],
    [
      'too many to unpack',
      { frame_ids: [1, 2, 3, 4], uncompress: true },
      {
        non_field_errors: [
          'A maximum of 3 frames can be downloaded with the uncompress flag. Please try again with fewer frame_ids.',
        ],
      },
    ],
  ])('with %s is refused', async (_, json, body) => {
    expect(await told(await zip(json))).toEqual({ status: 400, body })
  })

  test('for nothing that the caller may see is a 404', async () => {
    for (const frame_ids of [[], [hidden.id], [999_999_999], [99_999_999_999]])
      expect((await zip({ frame_ids })).status).toBe(404)
  })

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])(
    'by %s is a 405, and not the frame of the id zip',
    async (method) => {
      const response = await archive.request('/frames/zip/', {
        method,
        token: archive.root,
        json: method.startsWith('P') ? {} : undefined,
      })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    },
  )
})

describe('the token in the form', () => {
  let member: string
  beforeAll(async () => {
    const { writer, keys } = archive.services
    const id = await saveUser(writer, {
      username: 'frodo',
      first_name: null,
      last_name: null,
      email: null,
      is_staff: false,
      is_superuser: false,
    })
    await writer`insert into profiles (user_id, proposals) values (${id}, ${['alpha']})`
    member = await tokenOf(writer, keys, id)
  })
  const form = (auth_token: string, headers: Record<string, string> = {}) =>
    archive.request('/frames/zip/', {
      method: 'POST',
      headers,
      body: new URLSearchParams({ 'frame_ids[0]': String(hidden.id), auth_token }),
    })

  test('shows what its user may see', async () => {
    expect(await names(await form(member))).toEqual(['hidden.fits.fz'])
    expect(await names(await zip({ frame_ids: [hidden.id], auth_token: member }))).toEqual(['hidden.fits.fz'])
  })

  test('counts rather than the header', async () => {
    expect(await names(await zip({ frame_ids: [hidden.id, ids[0]], auth_token: member }, archive.root))).toEqual([
      'frame-0.fits.fz',
      'hidden.fits.fz',
    ])
    const stranger = await saveUser(archive.services.writer, {
      username: 'gollum',
      first_name: null,
      last_name: null,
      email: null,
      is_staff: false,
      is_superuser: false,
    })
    const token = await tokenOf(archive.services.writer, archive.services.keys, stranger)
    expect(await names(await zip({ frame_ids: [hidden.id, ids[0]], auth_token: token }, archive.root))).toEqual([
      'frame-0.fits.fz',
    ])
  })

  test('that is empty is none', async () => {
    expect((await form('')).status).toBe(404)
    expect(await names(await zip({ frame_ids: [hidden.id], auth_token: '' }, archive.root))).toEqual(['hidden.fits.fz'])
  })

  test.each(['nonsense', 'a b', '%00', 'ü'])('that is nobody’s is a 404, public frames or not: %s', async (token) => {
    expect(await told(await zip({ frame_ids: [ids[0]], auth_token: token }))).toEqual({
      status: 404,
      body: { detail: 'Not found.' },
    })
  })

  test('of an inactive user is a 404', async () => {
    await archive.services.writer`update users set is_active = false where username = 'frodo'`
    const restarted = await beside(archive, { ZIP_DELIVERY: 'manifest' })
    expect(
      (await restarted.request('/frames/zip/', { json: { frame_ids: [ids[0]], auth_token: member } })).status,
    ).toBe(404)
  })
})
