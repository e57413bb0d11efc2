import { createHash, randomBytes } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { framePath } from '../../../src/files/store/paths.ts'
import { FAR, newFrame } from '../../support/frames.ts'
import { SERVER_KEY } from '../../support/portal.ts'
import { MEMBER, STRANGER } from './portal_process.ts'
import type { Site } from './site.ts'

export const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex')

/** A frame that is there before anything is killed, and its file. */
export interface Known {
  id: number
  basename: string
  md5: string
  isSecret: boolean
}

/** How many of them: public ones, and ones of the proposal `secret-prop`. */
export const PUBLIC_FRAMES = 40
export const SECRET_FRAMES = 10
/** The bytes of the first one's file, which is more than what waits in sockets. */
const LARGE = 20_000_000
/** No answer to whoever may not see them holds this word. */
export const SECRET = 'secret'

/** The record of a frame that may be seen by all, or by the members of its proposal alone. */
export const recordOf = (basename: string, isSecret: boolean, more: Record<string, unknown> = {}) =>
  newFrame(basename, {
    proposal_id: isSecret ? 'secret-prop' : 'alpha',
    target_name: isSecret ? 'secret target' : 'M 31',
    ...(isSecret ? { public_date: FAR } : {}),
    ...more,
  })

/** Makes the users of the portal known to the archive, as the portal does. */
export async function introduce(site: Site): Promise<void> {
  for (const { username, profile } of [MEMBER, STRANGER]) {
    const response = await fetch(`${site.url}/authprofile/addupdateuser/`, {
      method: 'POST',
      headers: { authorization: `Server ${SERVER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(profile),
    })
    if (!response.ok) throw new Error(`${username}: ${response.status} ${await response.text()}`)
  }
}

/** Stores a file for each of the first frames, and records them. */
export async function makeKnown(site: Site, token: string): Promise<Known[]> {
  const known: Known[] = []
  for (let i = 0; i < PUBLIC_FRAMES + SECRET_FRAMES; i++) {
    const isSecret = i >= PUBLIC_FRAMES
    const basename = `${isSecret ? SECRET : 'known'}-${i}-e00`
    const bytes = randomBytes(i === 0 ? LARGE : 20_000 + 1000 * i)
    const record = recordOf(basename, isSecret, { site_id: 'bas' })
    const stored = await site.s3.client.send(
      new PutObjectCommand({ Bucket: site.s3.config.bucket, Key: framePath(pathOf(record), '.dat'), Body: bytes }),
    )
    const version_set = [{ key: stored.VersionId, md5: md5(bytes), extension: '.dat' }]
    const response = await fetch(`${site.url}/frames/`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...record, version_set }),
    })
    if (response.status !== 201) throw new Error(`${basename}: ${response.status} ${await response.text()}`)
    const { id } = (await response.json()) as { id: number }
    known.push({ id, basename, md5: md5(bytes), isSecret })
  }
  return known
}

const pathOf = (record: Record<string, unknown>) => record as never as Parameters<typeof framePath>[0]
