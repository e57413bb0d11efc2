import postgres from 'postgres'
import { expect, test } from 'vitest'
import { findShape, type Statement } from '../../src/database/shape.ts'
import { planned } from '../../src/database/sql.ts'

const sql = postgres({ max: 0 })
const shape = (statement: unknown) => findShape(statement as Statement)
const list = (condition: postgres.PendingQuery<postgres.Row[]>) =>
  sql`select from frames where true ${sql`${condition}`}`
const condition = (value: number) => sql`and id > ${value}`

test('statements of the same templates have one shape, whatever their values', () => {
  expect(shape(list(condition(1)))).toBe(shape(list(condition(2))))
  expect(shape(list(sql`and id < ${1}`))).not.toBe(shape(list(condition(1))))
})

test('what is to be planned for its values has none, and so is never prepared, however deep it is nested', () => {
  expect(shape(list(condition(1)))).not.toBeNull()
  expect(shape(planned(condition(1)))).toBeNull()
  expect(shape(list(planned(condition(1))))).toBeNull()
})
