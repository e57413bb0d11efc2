import { createHash, randomBytes } from 'node:crypto'
import type { Pool } from '../../src/database/open.ts'
import { framePath } from '../../src/files/store/paths.ts'

/** A stored file of a frame of its own. */
export interface StoredFile {
  basename: string
  path: string
  bytes: Buffer
  md5: string
}

/** Files of frames `NAME-0`, `NAME-1`, …, with bytes that nothing else has. */
export const makeFiles = (name: string, count: number, size: number): StoredFile[] =>
  Array.from({ length: count }, (_, i) => {
    const basename = `${name}-${i}-e00`
    const bytes = randomBytes(size)
    const frame = { basename, site_id: 'cpt', instrument_id: 'kb70', observation_day: '2016-01-02' }
    const path = framePath({ ...frame, reduction_level: 0, configuration_type: 'EXPOSE' }, '.fits.fz')
    return { basename, path, bytes, md5: createHash('md5').update(bytes).digest('hex') }
  })

/** Records files; their keys are their MD5s unless given. Sizes and CRC-32s are not known. */
export async function recordFiles(sql: Pool, files: readonly StoredFile[], keys?: readonly string[]): Promise<void> {
  const rows = JSON.stringify(files.map(({ basename, md5 }, i) => ({ basename, md5, key: keys?.[i] ?? md5 })))
  await sql`
    with given as (select * from jsonb_to_recordset(${rows}::text::jsonb) as g (basename text, md5 text, key text)),
    made as (
      insert into frames (basename, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id,
        telescope_id, primary_optical_element, public_date, configuration_type)
      select g.basename, '2016-01-02', '2016-01-02', 'alpha', 'kb70', '', 0, 'cpt', '1m0a', '', '2016-01-02', 'EXPOSE' from given g
      returning id, basename
    )
    insert into versions (frame_id, key, md5, extension)
    select m.id, g.key, g.md5, '.fits.fz' from made m join given g on g.basename = m.basename order by m.id`
}

/** The lines of JSON that a command prints, by type; the summary by its own. */
export function readLines(stdout: string) {
  const lines = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; [name: string]: unknown })
  return {
    findings: lines.filter(({ type }) => type === 'finding'),
    summary: lines.find(({ type }) => type === 'summary')!,
  }
}

/** Waits until a question to the database is answered by yes. */
export async function waitFor(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** Whether a process has begun to verify a span. */
export const isReading = async (sql: Pool): Promise<boolean> =>
  (await sql`select from verification_spans where claimed_until > now()`).length > 0
