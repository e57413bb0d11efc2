import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from '../../../src/database/open.ts'
import { query, rows } from '../../../src/database/sql.ts'
import type { Span } from '../../../src/queries/verifications/spans.ts'
import { testDatabase } from '../../support/archive.ts'

let sql: Pool
let close: () => Promise<void>
beforeAll(async () => {
  ;({ sql, close } = await testDatabase())
})
afterAll(() => close())

/** The span that is added where the row of id 7 was written by a transaction so many after the next one. */
const added = (reading: string, after: number): Promise<Span[]> =>
  rows<Span>(
    query(sql, 'verifications/spans.add', {
      files: 'versions',
      reading,
      claimant: 'a test',
      returned: query(sql, 'verifications/spans.returned', {}),
      ids: sql`select 7::bigint as id, (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + ${after})::text::xid as xid`,
    }),
  )

test('rows of a transaction from long ago are verified, also once its number is that of one to come', async () => {
  expect(await added('whole', -1)).toMatchObject([{ first_id: 1, last_id: 7 }])
  // what is left of a number of 64 bits, 2 ** 32 - 1000 transactions later
  expect(await added('quick', 1000)).toMatchObject([{ first_id: 1, last_id: 7 }])
})
