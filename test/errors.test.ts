import postgres from 'postgres'
import { expect, test } from 'vitest'
import { databaseFault } from '../src/errors.ts'

const faultOf = (code: string) => {
  const error = Object.assign(new postgres.PostgresError('words of the server' as never), { code })
  return databaseFault(error)
}

test.each([
  // password, role, database, privilege, transaction, read-only, lock, disk, memory, I/O, shutdown, stale plan, lost statement
  '28P01',
  '28000',
  '3D000',
  '42501',
  '25P02',
  '25P03',
  '25006',
  '55000',
  '53100',
  '53200',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '58030',
  '08006',
  '08P01',
  '26000',
  '42P05',
])('%s is no fault of the request: 503', (code) => {
  expect(faultOf(code)?.code).toBe('database_unavailable')
})

test.each(['23503', '23505', '40001', '40P01', '55P03'])('%s is a race between writers: 503', (code) => {
  expect(faultOf(code)?.code).toBe('write_conflict')
})

test('what was sent is a 400, what takes too long a 503 of its own, and a mistake of the program stays a 500', () => {
  expect(['22003', '23514', '54001', '57014', '42601', '42703'].map((code) => faultOf(code)?.code)).toEqual([
    'bad_request',
    'bad_request',
    'bad_request',
    'query_timeout',
    undefined,
    undefined,
  ])
})

test('only what keeps everybody out is an outage', () => {
  const outages = ['28P01', '3D000', '57P03', '08006', '42501', '40001', '25P02', '55P03'].filter(
    (code) => faultOf(code)?.outage === 'yes',
  )
  expect(outages).toEqual(['28P01', '3D000', '57P03', '08006'])
})
