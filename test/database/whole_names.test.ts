import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANONYMOUS } from '../../src/caller.ts'
import type { Pool } from '../../src/database/open.ts'
import { type Fragment, query, type Sql } from '../../src/database/sql.ts'
import { filterConditions } from '../../src/queries/frames/filters.ts'
import { filledDatabase } from '../support/rows_read.ts'

// The index of each three letters of names serves `=` as well, a thousand times as slowly. It is thought
// the cheapest while PostgreSQL takes it for as empty as it was when the table was last vacuumed.

const FILL = `
alter table frames set (autovacuum_enabled = false);
insert into frames (basename, target_name, proposal_id, instrument_id, reduction_level, site_id, telescope_id, primary_optical_element,
  configuration_type)
select 'cpt1m010-kb70-20160102-' || lpad(g::text, 4, '0') || '-E00', '', '', '', 0, '', '', '', '' from generate_series(1, 3000) g`

let sql: Pool
let close: () => Promise<void>
beforeAll(async () => {
  ;({ sql, close } = await filledDatabase(FILL))
})
afterAll(() => close?.())

const STATEMENTS: Record<string, (tx: Sql) => Fragment> = {
  'links by name': (tx) => query(tx, 'frames/relate', { ids: [1, 2], names: ['a', 'b'] }),
  'a new name': (tx) => query(tx, 'frames/update.named', { basename: 'a' }),
  'an exact name': (tx) => {
    const filters = [{ name: 'basename_exact', parameter: 'basename_exact', value: 'a' }]
    return tx`select f.id from frames f where true ${filterConditions(tx, ANONYMOUS, filters, [])}`
  },
}

test.each(Object.keys(STATEMENTS))('%s: looked up whole in an archive that has just been filled', async (name) => {
  const plan = await sql.begin(async (tx) => {
    await query(tx, 'frames/create.by_index', {})
    return tx`explain ${STATEMENTS[name]!(tx)}`
  })
  const text = plan.map((line) => line['QUERY PLAN']).join('\n')
  expect(text).toMatch(/frames_basename_(code_points|key)/)
  expect(text).not.toMatch(/contains/)
})
