import { setTimeout as pause } from 'node:timers/promises'
import { unzipSync } from 'fflate'
import type { Answer, Ledger } from './ledger.ts'
import { MEMBER, STRANGER } from './portal_process.ts'
import { type Known, md5, PUBLIC_FRAMES, SECRET, SECRET_FRAMES } from './records.ts'
import type { Going } from './writers.ts'

/** One kind of request that readers send again and again. */
interface Question {
  kind: string
  path: string
  init?: RequestInit
  judge(answer: Answer): string | null
}

interface List {
  count: number
  count_estimated?: boolean
  results: { basename: string }[]
}

const as = (authorization: string): RequestInit => ({ headers: { authorization } })
/** From many addresses, of which each may try to log in only so often. */
const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'x-forwarded-for': `10.${byte()}.${byte()}.${byte()}` },
  body: new URLSearchParams(fields),
})
const byte = () => Math.floor(Math.random() * 256)
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const any = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)]!

/** That an answer does not hold what its reader may not see. */
const withoutSecrets =
  (judge: Question['judge']): Question['judge'] =>
  (answer) =>
    answer.text.includes(SECRET) ? 'it shows what is proprietary' : judge(answer)

/** A list with so many frames of the site. */
const listOf =
  (count: number): Question['judge'] =>
  ({ status, json: read }) => {
    if (status !== 200) return 'a list is a 200'
    const list = read() as List
    if (list.count !== count && !list.count_estimated) return `${list.count} frames are counted, not ${count}`
    return list.results.length === Math.min(count, 10) ? null : `${list.results.length} frames are listed`
  }

/** What astronomers, front ends and strangers ask. */
export function questionsOf(known: readonly Known[], token: string): (() => Question)[] {
  const open = known.filter(({ isSecret }) => !isSecret)
  const small = open.slice(1)
  const secret = known.filter(({ isSecret }) => isSecret)
  const list = '/frames/?site_id=bas&limit=10&include_related_frames=false'
  const isFrame =
    (frame: Known): Question['judge'] =>
    ({ status, text }) =>
      status === 200 && text.includes(`"basename":"${frame.basename}"`) && text.includes(frame.md5)
        ? null
        : `it is ${frame.basename}`
  return [
    () => {
      const frame = any(open)
      return { kind: 'detail', path: `/frames/${frame.id}/`, judge: withoutSecrets(isFrame(frame)) }
    },
    () => {
      const frame = any(secret)
      const missing = ({ status }: Answer) => (status === 404 ? null : 'it does not exist for a stranger')
      const init = any([undefined, as(`Token ${STRANGER.apiToken}`)])
      return {
        kind: 'detail of a secret',
        path: `/frames/${frame.id}/${any(['', 'headers/', 'related/'])}`,
        ...(init && { init }),
        judge: withoutSecrets(missing),
      }
    },
    () => {
      const frame = any(secret)
      const init = as(any([`Token ${MEMBER.apiToken}`, `Bearer ${MEMBER.bearer}`]))
      return { kind: "a member's detail", path: `/frames/${frame.id}/`, init, judge: isFrame(frame) }
    },
    () => ({ kind: 'list', path: list, judge: withoutSecrets(listOf(PUBLIC_FRAMES)) }),
    () => ({
      kind: "a member's list",
      path: list,
      init: as(`Token ${MEMBER.apiToken}`),
      judge: listOf(PUBLIC_FRAMES + SECRET_FRAMES),
    }),
    () => ({
      kind: "a stranger's list",
      path: list,
      init: as(`Token ${STRANGER.apiToken}`),
      judge: withoutSecrets(listOf(PUBLIC_FRAMES)),
    }),
    () => ({
      kind: 'aggregate',
      path: '/frames/aggregate/?site_id=bas&start=2016-01-01T00:00&end=2016-02-01T00:00&public=true',
      judge: withoutSecrets(({ status, text }) =>
        status === 200 && text.includes('"proposals":["alpha"]') ? null : 'its proposal is alpha',
      ),
    }),
    () => ({
      kind: 'look up',
      path: `/versions/?md5=${any(known).md5}`,
      init: as(`Token ${token}`),
      judge: ({ status, json: read }) =>
        status === 200 && (read() as List).count === 1 ? null : 'there is one version',
    }),
    () => ({
      kind: 'log in',
      path: '/api-token-auth/',
      init: form({ username: MEMBER.username, password: MEMBER.password }),
      judge: ({ status, text }) => (status === 200 && text.includes('"token":"') ? null : 'the password is right'),
    }),
    () => ({
      kind: 'log in with a wrong password',
      path: '/api-token-auth/',
      init: form({ username: `nobody-${Math.random()}`, password: 'wrong' }),
      judge: ({ status }) => (status === 400 ? null : 'the password is wrong'),
    }),
    () => {
      const wanted = [any(secret), ...Array.from({ length: 4 }, () => any(small))]
      return {
        kind: 'ZIP',
        path: '/frames/zip/',
        init: json({ frame_ids: wanted.map(({ id }) => id) }),
        judge: ({ status, bytes }) => (status === 200 ? judgeZip(bytes, wanted) : 'there are files'),
      }
    },
  ]
}

/** A ZIP that has come whole has the public files of those that were asked for, and no others. */
function judgeZip(bytes: Uint8Array, wanted: readonly Known[]): string | null {
  const expected = new Map(
    wanted.filter(({ isSecret }) => !isSecret).map((frame) => [`${frame.basename}.dat`, frame.md5]),
  )
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(bytes)
  } catch (error) {
    return `it cannot be unpacked (${(error as Error).message})`
  }
  const names = Object.keys(files)
  if (names.length !== expected.size) return `it holds ${names}`
  for (const name of names) {
    const sum = expected.get(name.slice(name.lastIndexOf('/') + 1))
    if (md5(files[name]!) !== sum) return `${name} is not what was stored`
  }
  return null
}

/** Asks one kind of question after the other. */
export async function readOn(
  url: string,
  questions: readonly (() => Question)[],
  ledger: Ledger,
  going: Going,
): Promise<void> {
  while (going.on) {
    const { kind, path, init = {}, judge } = any(questions)()
    const answer = await ledger.ask(kind, url + path, init, judge)
    await pause(answer ? 5 : 50)
  }
}

/** Downloads files by the addresses that the archive gives. */
export async function downloadOn(url: string, known: readonly Known[], token: string, ledger: Ledger, going: Going) {
  while (going.on) {
    await pause(20)
    const frame = any(known)
    const detail = await ledger.ask('detail', `${url}/frames/${frame.id}/`, as(`Token ${token}`), ({ status }) =>
      status === 200 ? null : `it is ${frame.basename}`,
    )
    if (!detail) continue
    const { url: address } = detail.json() as { url: string }
    await ledger.ask('download', address, {}, ({ status, bytes }) =>
      status === 200 && md5(bytes) === frame.md5 ? null : `it is not the file of ${frame.basename}`,
    )
  }
}
