import { expect, test } from 'vitest'
import { type Fragment, planned, type Sql } from '../../src/database/sql.ts'
import { type Handler, Name, PlainStatement, Statement, type Written } from '../../src/database/statement.ts'

/** Statements that end up in `sent` instead of a database. */
function recording(): { sql: Sql; sent: Written[] } {
  const sent: Written[] = []
  const handler: Handler = ({ written, resolve }) => {
    sent.push(written)
    resolve([] as never)
  }
  const tag = (first: TemplateStringsArray | string, ...values: unknown[]) =>
    typeof first === 'string' ? new Name(first) : new Statement(first, values, handler)
  const unsafe = (text: string, values: unknown[] = []) => new PlainStatement(text, values, handler)
  return { sql: Object.assign(tag, { unsafe }) as unknown as Sql, sent }
}

const { sql, sent } = recording()
const sentFor = async (statement: Fragment): Promise<Written> => {
  await statement
  return sent.pop()!
}
const list = (condition: Fragment) => sql`select from frames where true ${condition}`
const condition = (value: unknown) => sql`and id > ${value}`

test('statements of the same templates have one shape and one text, whatever their values', async () => {
  const [one, two] = [await sentFor(list(condition(1))), await sentFor(list(condition(null)))]
  expect(one).toMatchObject({ text: 'select from frames where true and id > $1', values: [1], isSimple: false })
  expect(two).toEqual({ ...one, values: [null] })
  expect((await sentFor(list(sql`and id < ${1}`))).shape).not.toBe(one.shape)
})

test('values are numbered in the order in which they stand, however deep they are nested, and once for each place', async () => {
  const same = condition(2)
  const { text, values } = await sentFor(sql`a ${1} b ${sql`c ${same} d ${[3, 4]}`} e ${same} f ${'5'}`)
  expect(text).toBe('a $1 b c and id > $2 d $3 e and id > $4 f $5')
  expect(values).toEqual([1, 2, [3, 4], 2, '5'])
})

test('a nested template is told from a value in its place, and two beside each other from one in the other', async () => {
  const [empty, one] = [sql``, sql`x`]
  const shapes = await Promise.all([
    sentFor(sql`select ${empty} ${one}`),
    sentFor(sql`select ${empty} ${1}`),
    sentFor(sql`select ${sql`${one}`} ${1}`),
  ])
  expect(new Set(shapes.map(({ shape }) => shape)).size).toBe(3)
})

test('a template before a value is told from one after it', async () => {
  const two = (one: unknown, other: unknown) => sql`select ${one} and ${other}`
  expect((await sentFor(two(condition(1), 2))).text).toBe('select and id > $1 and $2')
  expect((await sentFor(two(1, condition(2)))).text).toBe('select $1 and and id > $2')
  expect((await sentFor(two(sql('a"b'), 1))).text).toBe('select "a""b" and $1')
  expect((await sentFor(two(sql('a'), sql('b')))).text).toBe('select "a" and "b"')
})

test('what is to be planned for its values has no shape, and so is never prepared, however deep it is nested', async () => {
  expect((await sentFor(list(condition(1)))).shape).toEqual(expect.any(String))
  expect((await sentFor(planned(condition(1)))).shape).toBeNull()
  const nested = await sentFor(list(planned(condition(1))))
  expect(nested).toMatchObject({ shape: null, text: 'select from frames where true and id > $1' })
})

test('it is sent once, when it is awaited or executed', async () => {
  const statement = condition(1)
  expect(sent).toEqual([])
  statement.execute()
  await Promise.all([statement, statement, statement.finally(() => {})])
  expect(sent.splice(0)).toHaveLength(1)
})

test('the same of ever new texts', async () => {
  for (let i = 0; i < 600; i++) {
    const strings = Object.assign([`select ${i} = `, ''], { raw: [] }) as unknown as TemplateStringsArray
    for (let again = 0; again < 2; again++)
      expect(await sentFor(sql(strings, i))).toMatchObject({ text: `select ${i} = $1`, values: [i] })
  }
})

test('names are quoted, and part of the shape', async () => {
  const one = await sentFor(sql`select from ${sql('odd "name"')} where ${condition(1)}`)
  expect(one.text).toBe('select from "odd ""name""" where and id > $1')
  const [a, b] = [sql`select from ${sql('a')}`, sql`select from ${sql('b')}`]
  expect((await sentFor(a)).shape).not.toBe((await sentFor(b)).shape)
})

test('plain text is never prepared, and simple where it has no values', async () => {
  expect(await sentFor(sql.unsafe('begin; commit'))).toEqual({
    text: 'begin; commit',
    values: [],
    shape: null,
    isSimple: true,
    template: ['begin; commit'],
  })
  expect(await sentFor(sql.unsafe('select $1', [1]))).toEqual({
    text: 'select $1',
    values: [1],
    shape: null,
    isSimple: false,
    template: ['select $1'],
  })
})
