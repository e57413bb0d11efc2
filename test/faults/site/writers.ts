import { setTimeout as pause } from 'node:timers/promises'
import { newVersion } from '../../support/frames.ts'
import type { Answer, Ledger } from './ledger.ts'
import { recordOf } from './records.ts'

/** A frame that the archive has acknowledged, and what it has acknowledged of it since. */
export interface Written {
  id: number
  basename: string
  md5: string
  /** The number in its target's name: the last acknowledged, and the last sent. */
  target: { acknowledged: number; sent: number }
  state: 'there' | 'being deleted' | 'deleted'
}

/** Whether a program goes on, and its pause after an error. */
export interface Going {
  on: boolean
}
const AFTER_ERROR_MS = 150

/** What an ingester, a pipeline and an operator write, who try again until it is acknowledged. */
export class Writers {
  readonly written: Written[] = []
  private number = 0

  private readonly url: string
  private readonly token: string
  private readonly ledger: Ledger

  constructor(url: string, token: string, ledger: Ledger) {
    this.url = url
    this.token = token
    this.ledger = ledger
  }

  private send(kind: string, method: string, path: string, body: unknown, judge: (answer: Answer) => string | null) {
    const headers = { authorization: `Token ${this.token}`, 'content-type': 'application/json' }
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    return this.ledger.ask(kind, this.url + path, init, judge)
  }

  /** Posts frames, one after the other. What became of a request without an answer it asks by the file's MD5, as ingesters do. */
  async create(going: Going): Promise<void> {
    while (going.on) {
      const n = this.number++
      const basename = `written-${n}-e00`
      const version = newVersion(basename)
      const record = recordOf(basename, n % 3 === 0, { site_id: 'wrt', target_name: 'T0', version_set: [version] })
      const id = await this.createOne(record, version.md5)
      const frame: Written = {
        id,
        basename,
        md5: version.md5,
        target: { acknowledged: 0, sent: 0 },
        state: 'there',
      }
      await this.readBack(frame)
      this.written.push(frame)
      await pause(20)
    }
  }

  private async createOne(record: Record<string, unknown>, md5: string): Promise<number> {
    for (let tries = 1; ; tries++) {
      const isDouble = ({ status, text }: Answer) => tries > 1 && status === 400 && /already exists/.test(text)
      const posted = await this.send('write', 'POST', '/frames/', record, (answer) =>
        answer.status === 201 || isDouble(answer) ? null : 'a record that is right was not taken',
      )
      if (posted?.status === 201) return (posted.json() as { id: number }).id
      await pause(AFTER_ERROR_MS)
      const found = await this.send('look up', 'GET', `/versions/?md5=${md5}`, undefined, (answer) => {
        if (answer.status !== 200) return 'a superuser may look up versions'
        const { count } = answer.json() as { count: number }
        // it was taken as double, so it is there
        return count > 1 || (count === 0 && posted && isDouble(posted)) ? `${count} versions of one file` : null
      })
      const [version] = (found?.status === 200 ? (found.json() as { results: { frame: number }[] }).results : []) ?? []
      if (version) return this.idOf(record.basename as string)
    }
  }

  /** The id of a frame that is there for certain. */
  private async idOf(basename: string): Promise<number> {
    for (;;) {
      const path = `/frames/?basename_exact=${basename}`
      const found = await this.send('look up', 'GET', path, undefined, (answer) =>
        answer.status === 200 && (answer.json() as { count: number }).count === 1
          ? null
          : 'one frame of that name is there',
      )
      if (found) {
        const [frame] = (found.json() as { results: { id: number }[] }).results
        if (frame) return frame.id
      }
      await pause(AFTER_ERROR_MS)
    }
  }

  /** What was acknowledged is there at once for whoever wrote it. */
  async readBack(frame: Written): Promise<void> {
    const { acknowledged } = frame.target
    await this.send('read back', 'GET', `/frames/${frame.id}/`, undefined, ({ status, json }) => {
      if (frame.state !== 'there') return null
      if (status !== 200) return `frame ${frame.basename} was acknowledged`
      const { basename, target_name } = json() as { basename: string; target_name: string }
      const target = Number(target_name.slice(1))
      if (basename !== frame.basename) return `its name is ${frame.basename}`
      return target >= acknowledged && target <= frame.target.sent
        ? null
        : `its target is T${acknowledged} to T${frame.target.sent}`
    })
  }

  private pick(): Written | undefined {
    const candidates = this.written.filter(
      ({ state, target }) => state === 'there' && target.sent === target.acknowledged,
    )
    return candidates[Math.floor(Math.random() * candidates.length)]
  }

  /** Gives frames other targets. One whose change has no answer is left alone from then on: the change may come late. */
  async change(going: Going): Promise<void> {
    for (let n = 1; going.on; n++) {
      await pause(30)
      const frame = this.pick()
      if (!frame) continue
      frame.target.sent = n
      const answer = await this.send(
        'change',
        'PATCH',
        `/frames/${frame.id}/`,
        { target_name: `T${n}` },
        ({ status }) => (status === 200 || frame.state !== 'there' ? null : 'a change that is right was not taken'),
      )
      if (answer?.status !== 200) {
        await pause(AFTER_ERROR_MS)
        continue
      }
      frame.target.acknowledged = n
      await this.readBack(frame)
    }
  }

  /** Deletes frames, until that is acknowledged. */
  async remove(going: Going): Promise<void> {
    while (going.on) {
      await pause(200)
      const frame = this.pick()
      if (!frame) continue
      frame.state = 'being deleted'
      for (let tries = 1; frame.state !== 'deleted'; tries++) {
        const begun = Date.now()
        // nginx, too, tries again what a process took that was killed before it answered; what was done by then is not there any more
        const isRepeated = () => tries > 1 || begun <= this.ledger.killedAt
        const answer = await this.send('delete', 'DELETE', `/frames/${frame.id}/`, undefined, ({ status }) =>
          status === 204 || (isRepeated() && status === 404) ? null : 'a frame that is there is deleted',
        )
        if (answer) frame.state = 'deleted'
        else await pause(AFTER_ERROR_MS)
      }
      await this.send('read back', 'GET', `/frames/${frame.id}/`, undefined, ({ status }) =>
        status === 404 ? null : `frame ${frame.basename} was deleted`,
      )
    }
  }
}
