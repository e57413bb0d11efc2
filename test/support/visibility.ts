import { afterAll, beforeAll, expect } from 'vitest'
import { tokenOf } from '../../src/auth/tokens.ts'
import { findUserByName } from '../../src/queries/users/find.ts'
import { type TestArchive, testArchive } from './archive.ts'
import { FAR, newFrame, newVersion, PAST, post, store } from './frames.ts'
import { account, startPortal, type TestPortal } from './portal.ts'

/** A frame of the matrix, and what of it the test has learnt. */
export interface Frame {
  basename: string
  proposal: string
  publicDate: string | null
  dated: boolean
  filed: boolean
  id: number
  /** Its site, which no other frame has: how it shows in an aggregate. */
  site: string
  thumbnail: number
  versions: number[]
  /** Addresses on /files/ without a signature: the newest file, an older one, the thumbnail. */
  files: { newest: string; older: string; thumbnail: string } | null
  signed: string | null
}

export const frame = (
  basename: string,
  proposal: string,
  publicDate: string | null,
  has: 'whole' | 'no file' | 'no date' | 'only its name' = 'whole',
): Frame => ({
  basename,
  proposal,
  publicDate,
  dated: has === 'whole' || has === 'no file',
  filed: has === 'whole' || has === 'no date',
  id: 0,
  site: '',
  thumbnail: 0,
  versions: [],
  files: null,
  signed: null,
})

export const FRAMES: Frame[] = [
  frame('public', 'alpha', PAST),
  frame('public-of-others', 'beta', PAST),
  frame('public-of-nobody', '', PAST),
  frame('own', 'alpha', FAR),
  frame('others', 'beta', FAR),
  frame('own-never-public', 'alpha', null),
  frame('others-never-public', 'beta', null),
  frame('nobodys', '', FAR),
  frame('nobodys-never-public', '', null),
  frame('own-but-for-case', 'ALPHA', FAR),
  frame('public-without-a-file', 'beta', PAST, 'no file'),
  frame('own-without-a-file', 'alpha', FAR, 'no file'),
  frame('others-without-a-file', 'beta', FAR, 'no file'),
  frame('public-without-a-date', 'beta', PAST, 'no date'),
  frame('own-without-a-date', 'alpha', FAR, 'no date'),
  frame('others-without-a-date', 'beta', FAR, 'no date'),
  frame('only-a-name', '', null, 'only its name'),
]

export type Send = (path: string, init?: RequestInit) => Promise<Response>

export interface Who {
  name: string
  proposals: string[]
  staff: boolean
  superuser: boolean
  kind: 'anonymous' | 'user'
  /** Set before the tests run. */
  send: Send
}

export const unset: Send = () => Promise.reject(new Error('not set up'))

export const who = (
  name: string,
  kind: Who['kind'],
  proposals: string[] = [],
  rights: { staff?: true; superuser?: true } = {},
): Who => ({
  name,
  kind,
  proposals,
  staff: rights.staff ?? false,
  superuser: rights.superuser ?? false,
  send: unset,
})

export const CALLERS = {
  anonymous: who('anonymous', 'anonymous'),
  byPortalToken: who('a user of the proposal, by portal token', 'user', ['alpha']),
  byArchiveToken: who('a user of the proposal, by archive token', 'user', ['alpha']),
  byBearer: who('a user of the proposal, by bearer token', 'user', ['alpha']),
  bySession: who('a user of the proposal, by session', 'user', ['alpha']),
  outsider: who('a user without a proposal', 'user'),
  staffOfProposal: who('staff of the proposal', 'user', ['alpha'], { staff: true }),
  staff: who('staff without a proposal', 'user', [], { staff: true }),
  superuser: who('a superuser', 'user', [], { staff: true, superuser: true }),
  superuserOnly: who('a superuser who is not staff', 'user', [], { superuser: true }),
}

/** The whole model: what a caller sees, and what of it is listed or has an address of its own. */
export const sees = ({ superuser, proposals }: Who, { publicDate, proposal }: Frame): boolean =>
  superuser || publicDate === PAST || proposals.includes(proposal)

export const seesDetail = (caller: Who, f: Frame): boolean => sees(caller, f) && f.dated
export const seesListed = (caller: Who, f: Frame): boolean => sees(caller, f) && f.dated && f.filed
export let archive: TestArchive
export let portal: TestPortal
export const HUB = 'hub'
export let hub = 0

export async function fill(): Promise<void> {
  for (const [i, f] of FRAMES.entries()) {
    f.site = `s${String(i).padStart(2, '0')}`
    if (!f.dated && !f.filed) continue
    const whole = newFrame(f.basename, {
      proposal_id: f.proposal,
      public_date: f.publicDate,
      site_id: f.site,
      observation_date: f.dated ? '2016-01-02T03:04:05' : null,
      headers: { SECRET: f.basename },
    })
    if (f.filed) await post(archive, { ...whole, version_set: [newVersion(`older ${f.basename}`)] })
    const { id, url, version_set } = await post(archive, f.filed ? whole : { ...whole, version_set: [] })
    f.id = id
    const thumbnail = await post<{ url: string }>(archive, thumbnailOf(f.basename), '/thumbnails/')
    if (url === undefined) continue
    const older = version_set[1]!.url!
    for (const address of [url, older, thumbnail.url]) await store(archive, address, f.basename)
    f.signed = new URL(url).pathname + new URL(url).search
    const olderVersion = new URLSearchParams({ version: version_set[1]!.key })
    f.files = {
      newest: new URL(url).pathname,
      older: `${new URL(older).pathname}?${olderVersion}`,
      thumbnail: new URL(thumbnail.url).pathname,
    }
  }
  const related = { related_frame_filenames: FRAMES.map((f) => f.basename) }
  hub = (await post(archive, newFrame(HUB, { ...related, site_id: 'hub' }))).id
  const { writer } = archive.services
  for (const f of FRAMES) {
    const [found] = await writer<{ id: number }[]>`select id from frames where basename = ${f.basename}`
    f.id = found!.id
    f.versions = (await writer<{ id: number }[]>`select id from versions where frame_id = ${f.id}`).map((v) => v.id)
    const [thumbnail] = await writer<{ id: number }[]>`select id from thumbnails where frame_id = ${f.id}`
    f.thumbnail = thumbnail?.id ?? 0
  }
}

export const thumbnailOf = (basename: string) => ({
  basename: `${basename}-small`,
  frame_basename: basename,
  size: 'small',
  observation_day: '2016-01-02',
  version_set: [newVersion(`thumbnail of ${basename}`, '.jpg')],
})

export async function signIn(): Promise<void> {
  const { services } = archive
  const by =
    (headers: Record<string, string>): Send =>
    (path, init = {}) => {
      return archive.request(path, { ...init, headers: { ...headers, ...(init.headers as Record<string, string>) } })
    }
  const token = (username: string) => by({ authorization: `Token ${username}-api-token` })
  const frodo = (await findUserByName(services.writer, 'frodo'))!.id
  CALLERS.anonymous.send = by({})
  CALLERS.byPortalToken.send = token('frodo')
  CALLERS.byArchiveToken.send = by({ authorization: `Token ${await tokenOf(services.writer, services.keys, frodo)}` })
  CALLERS.byBearer.send = by({ authorization: 'Bearer frodo-bearer' })
  const login = await archive.request('/api-auth/login/', {
    method: 'POST',
    body: new URLSearchParams({ username: 'frodo', password: 'theone' }),
  })
  const cookie = /^sessionid=[^;]+/.exec(login.headers.get('set-cookie') ?? '')![0]
  CALLERS.bySession.send = by({ cookie, origin: 'http://localhost' })
  CALLERS.outsider.send = token('gollum')
  CALLERS.staffOfProposal.send = token('samwise')
  CALLERS.staff.send = token('elrond')
  CALLERS.superuser.send = token('gandalf')
  CALLERS.superuserOnly.send = token('saruman')
}

/** Starts the portal and the archive with these frames, and signs the callers in. */
export function useMatrix(): void {
  beforeAll(async () => {
    const accounts = [
      account('frodo', 'theone', ['alpha']),
      account('gollum', 'precious', []),
      account('samwise', 'potatoes', ['alpha'], { staff: true }),
      account('elrond', 'rivendell', [], { staff: true }),
      account('gandalf', 'youshallnotpass', [], { staff: true, superuser: true }),
      account('saruman', 'isengard', [], { superuser: true }),
    ]
    portal = await startPortal(accounts)
    archive = await testArchive({ ...portal.env, ZIP_DELIVERY: 'manifest' })
    for (const { profile } of accounts) {
      const headers = { authorization: `Server ${portal.env.OAUTH_SERVER_KEY}` }
      expect((await archive.request('/authprofile/addupdateuser/', { json: profile, headers })).status).toBe(200)
    }
    await fill()
    await signIn()
  })
  afterAll(async () => {
    await archive?.close()
    await portal?.stop()
  })
}
