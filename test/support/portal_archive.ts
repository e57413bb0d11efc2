import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { hashPassword } from '../../src/auth/passwords.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { beside, type TestArchive, testArchive } from './archive.ts'
import { FAR, newFrame, type Posted, post } from './frames.ts'
import { account, type Mood, startPortal, type TestPortal } from './portal.ts'

export let archive: TestArchive
export let portal: TestPortal
export let own: Posted
export let open: Posted

/** Another process of the archive: it remembers nothing of the portal. Each test has one, and a portal that answers. */
export let process: Awaited<ReturnType<typeof beside>>

export const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

export const login = (username: string, password: string) =>
  process.request('/api-token-auth/', { json: { username, password } })

export const get = (path: string, authorization: string) => process.request(path, { headers: { authorization } })

export const told = async (response: Response) => ({
  status: response.status,
  body: response.status === 204 ? null : await response.json(),
})

export const REFUSED = { status: 400, body: { non_field_errors: ['Unable to log in with provided credentials.'] } }
export const UNAVAILABLE = {
  status: 503,
  body: { detail: 'The Observation Portal cannot be reached. Try again shortly.' },
}

/** The ways in which a portal can be away. */
export const OUTAGES: [string, () => Promise<void> | void][] = [
  ['refuses connections', () => portal.stop()],
  ...(['fails', 'nonsense', 'slow'] as const).map((mood: Mood): [string, () => void] => [
    `is there but ${mood}`,
    () => {
      portal.mood = mood
    },
  ]),
]

/** Starts a portal and an archive that belongs to it; each test has a process of its own, and a portal that answers. */
export function usePortalArchive(): void {
  beforeAll(async () => {
    portal = await startPortal([
      account('frodo', 'theone', ['alpha']),
      account('samwise', 'potatoes', ['beta']),
      account('gandalf', 'youshallnotpass', [], { staff: true, superuser: true }),
      account('gollum', 'precious', []),
    ])
    archive = await testArchive(portal.env)
    await addSuperuser(archive.services.writer, 'elrond', await hashPassword('rivendell'), '')
    own = await post(archive, newFrame('own', { proposal_id: 'alpha', public_date: FAR }))
    open = await post(archive, newFrame('open'))
  })
  afterAll(async () => {
    await archive?.close()
    await portal?.stop()
  })
  beforeEach(async () => {
    Object.assign(portal, { mood: 'answers', moodFor: null })
    await portal.stop()
    await portal.start()
    // first, for a process reads the clock that was there when it began
    vi.useFakeTimers({ toFake: ['Date'] })
    process = await beside(archive, portal.env)
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}
