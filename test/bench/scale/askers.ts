import { createApp } from '../../../src/app.ts'
import type { Caller } from '../../../src/caller.ts'
import { parseConfig } from '../../../src/config/config.ts'
import type { Pool } from '../../../src/database/open.ts'
import { openServices } from '../../../src/runtimes/node/server.ts'
import { silent } from '../../support/log.ts'
import { poolAt } from '../../support/pool.ts'
import type { Asker } from './check.ts'
import { readOnly } from './database.ts'

/** The variables of an archive under measurement: URLs are signed, which needs no S3 server. */
export const S3_VARIABLES: Record<string, string> = {
  FILESTORE_TYPE: 's3',
  BUCKET: 'archive-frames',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  // a prepared database keeps its tokens under the key of whoever prepared it
  ...(process.env.SECRET_KEY === undefined ? {} : { SECRET_KEY: process.env.SECRET_KEY }),
}

const PROPOSALS = 3
const person = (username: string, isSuperuser: boolean, proposals: string[]): Caller => ({
  kind: 'user',
  id: 0,
  username,
  isStaff: isSuperuser,
  isSuperuser,
  proposals,
})

/**
 * A member of some proposals with frames that are not public yet, and a superuser: the archive's app in this process, over connections that
 * cannot write, which takes them for who asks. So nobody has to be added to the database.
 */
export async function openPeople(url: string, sql: Pool): Promise<{ askers: Asker[]; close(): Promise<void> }> {
  const own = await sql<{ proposal_id: string }[]>`
    select proposal_id from frames where public_date > now() group by 1 order by count(*) desc, 1 limit ${PROPOSALS}`
  const proposals = own.map(({ proposal_id }) => proposal_id)
  const pool = poolAt(readOnly(url), { max: 2, statementTimeoutMs: 600_000 })
  const database = {
    writer: pool,
    reader: pool,
    search: pool,
    writerSearch: pool,
    close: () => pool.end({ timeout: 5 }),
  }
  const services = await openServices(parseConfig(S3_VARIABLES), database, silent)
  const app = createApp()
  const as = (caller: Caller) => async (path: string) => {
    const answer = await app.fetch(new Request(`http://localhost${path}`), { ...services, caller })
    return { status: answer.status, body: await answer.json() }
  }
  return {
    askers: [
      {
        name: 'a member',
        get: as(person('member', false, proposals)),
        sees: (own) => own`(f.public_date < now() or f.proposal_id = any (${proposals}::text[]))`,
      },
      { name: 'a superuser', get: as(person('root', true, [])), sees: (own) => own`true` },
    ],
    close: () => services.close(),
  }
}

/** Who asks an archive over HTTP without credentials. */
export const anonymous = (get: Asker['get']): Asker => ({
  name: 'anonymous',
  get,
  sees: (sql) => sql`f.public_date < now()`,
})
