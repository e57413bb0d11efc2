import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { nest } from '../../src/http/form.ts'
import { hasForeignSrid, parseArea, positionsOf } from '../../src/schemas/area.ts'
import { drfErrors } from '../../src/schemas/check.ts'
import * as fields from '../../src/schemas/fields.ts'
import { memberText, tooMuchJson } from '../../src/schemas/json_text.ts'
import { parseInteger, Refusal } from '../../src/schemas/values.ts'

const about = { description: 'x' }
const refused = (message: string) => new Refusal(message)

describe('a value of a body', () => {
  const parse = (schema: z.ZodType, value: unknown) => {
    const parsed = z.object({ f: schema }).safeParse({ f: value })
    return parsed.success ? parsed.data.f : (drfErrors(parsed.error.issues, { f: value }) as { f: unknown }).f
  }
  const INTEGER = ['A valid integer is required.']
  test.each([
    [1, 1],
    ['1', 1],
    [' 1 ', 1],
    ['1.0', 1],
    ['+1', 1],
    [-0, 0],
    [1.5, INTEGER],
    ['1e3', INTEGER],
    ['0x10', INTEGER],
    ['٣', INTEGER],
    ['', INTEGER],
    [true, INTEGER],
    [[], INTEGER],
    [[[1]], INTEGER],
    [{ toString: 1 }, INTEGER],
    [{ valueOf: () => 1 }, INTEGER],
    [Number.NaN, INTEGER],
    [Number.POSITIVE_INFINITY, INTEGER],
    [32768, ['Ensure this value is less than or equal to 32767.']],
    ['99999999999999999999', ['Ensure this value is less than or equal to 32767.']],
    [-32769, ['Ensure this value is greater than or equal to -32768.']],
    ['9'.repeat(1001), ['String value too large.']],
    [null, ['This field may not be null.']],
  ])('integer %j gives %j', (value, expected) => {
    expect(parse(fields.integer(-32768, 32767, about), value)).toEqual(expected)
  })

  const NUMBER = ['A valid number is required.']
  test.each([
    [0.5, 0.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['1e999', NUMBER],
    [Number.NEGATIVE_INFINITY, NUMBER],
    ['NaN', NUMBER],
    ['', NUMBER],
    [{}, NUMBER],
    [[1], NUMBER],
    [false, NUMBER],
  ])('number %j gives %j', (value, expected) => {
    expect(parse(fields.number(about), value)).toEqual(expected)
  })
  test('a number of a million digits that is none is refused at once', () => {
    const began = performance.now()
    expect(parse(fields.number(about), `${'9'.repeat(1_000_000)}x`)).toEqual(NUMBER)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test.each([
    [' a ', 'a'],
    [5, '5'],
    ['🔭🔭🔭', '🔭🔭🔭'],
    ['🔭🔭🔭🔭', ['Ensure this field has no more than 3 characters.']],
    ['x'.repeat(100), ['Ensure this field has no more than 3 characters.']],
    ['', ['This field may not be blank.']],
    [' ', ['This field may not be blank.']],
    ['\0', ['Null characters are not allowed.']],
    ['\ud800', ['Not a valid string.']],
    [true, ['Not a valid string.']],
    [{}, ['Not a valid string.']],
    [[], ['Not a valid string.']],
  ])('text %j gives %j', (value, expected) => {
    expect(parse(fields.text(3, 'filled', about), value)).toEqual(expected)
  })

  test.each([
    ['A', 'A'],
    ['B', ['"B" is not a valid choice.']],
    [{ toString: 1 }, ['"{"toString":1}" is not a valid choice.']],
    [[['A']], ['"[["A"]]" is not a valid choice.']],
    ['\ud800', ['"\ufffd" is not a valid choice.']],
    ['x'.repeat(1000), [`"${'x'.repeat(200)}" is not a valid choice.`]],
  ])('choice %j gives %j', (value, expected) => {
    expect(parse(fields.choice(about, ['A']), value)).toEqual(expected)
  })

  test('a list tells what is wrong by index, of a hundred at most, and has ten thousand at most', () => {
    const list = fields.list((v) => parseInteger(v, 0, 9), { ...about, items: {} })
    expect(parse(list, [1, 'x', null, 2])).toEqual({ 1: INTEGER, 2: ['This field may not be null.'] })
    expect(Object.keys(parse(list, new Array(9999).fill('x')) as object)).toHaveLength(100)
    expect(parse(list, new Array(10_001).fill(1))).toEqual(['Ensure this field has no more than 10000 elements.'])
    expect(parse(list, { length: 1 })).toEqual(['Expected a list of items but got type "dict".'])
  })
})

describe('JSON text', () => {
  test.each([
    ['{"a":1,"headers":{"n":12345678901234567890}}', '{"n":12345678901234567890}'],
    ['{ "headers" : [1, {"headers": 2}] , "b": 3}', ' [1, {"headers": 2}] '],
    ['{"headers":1,"headers":2}', '2'],
    ['{"\\u0068eaders":"a,}\\"]"}', '"a,}\\"]"'],
    ['{"a":"headers","b":["headers",{"headers":5}]}', undefined],
    ['{}', undefined],
    ['{"headers":null}', 'null'],
  ])('the member headers of %s is %s', (json, expected) => {
    expect(memberText(json, 'headers')).toBe(expected)
  })

  test('is too much when it nests too deep or holds too many values; brackets in strings do not count', () => {
    expect(tooMuchJson('['.repeat(100) + ']'.repeat(100))).toBeNull()
    expect(tooMuchJson('['.repeat(101))).toBe('more than 100 levels deep')
    expect(tooMuchJson('{"a":'.repeat(101))).toBe('more than 100 levels deep')
    expect(tooMuchJson(`"${'['.repeat(1000)}\\"${'{'.repeat(1000)},"`)).toBeNull()
    expect(tooMuchJson(`[${'0,'.repeat(200_001)}0]`)).toBe('more than 200000 values')
    expect(tooMuchJson('')).toBeNull()
  })
})

describe('a form', () => {
  const of = (...entries: [string, string][]) => nest(entries).value
  test.each<[[string, string][], unknown]>([
    [[['a', '1']], { a: '1' }],
    [
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '3'],
      ],
      { a: ['1', '2', '3'] },
    ],
    [
      [
        ['a[1]', 'y'],
        ['a[0]', 'x'],
      ],
      { a: ['x', 'y'] },
    ],
    [
      [
        ['a[0]k', 'x'],
        ['a[0].l', 'y'],
        ['a[1]k', 'z'],
      ],
      { a: [{ k: 'x', l: 'y' }, { k: 'z' }] },
    ],
    [
      [
        ['a.b', 'x'],
        ['a.c', 'y'],
      ],
      { a: { b: 'x', c: 'y' } },
    ],
    [[['headers', '{"a":1}']], { headers: { a: 1 } }],
    [[['headers', '{']], { headers: '{' }],
    [[['area', 'POINT(1 1)']], { area: 'POINT(1 1)' }],
    [[['a[99999]', 'x']], { 'a[99999]': 'x' }],
    [[['a[9999]', 'x']], { a: ['x'] }],
  ])('%j gives %j', (entries, expected) => {
    expect(of(...entries)).toEqual(expected)
  })
  test('names of the language are names like others', () => {
    const value = of(['__proto__', '1'], ['constructor.x', '2'], ['a[0]__proto__', '3'])
    expect(JSON.stringify(value)).toBe('{"__proto__":"1","constructor":{"x":"2"},"a":[{"__proto__":"3"}]}')
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
  test('its JSON has the numbers of its texts as they were written', () => {
    expect(
      nest([
        ['headers', '{"n":12345678901234567890}'],
        ['a', '1'],
      ]).json,
    ).toBe('{"headers":{"n":12345678901234567890},"a":"1"}')
    expect(
      nest([
        ['headers', '{"n":1}'],
        ['headers.x', '2'],
      ]).json,
    ).toBe('{"headers":{"x":"2"}}')
  })
  test('of a name of a million letters is read at once', () => {
    const began = performance.now()
    of([`${'a'.repeat(1_000_000)}[`, 'x'])
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('an area', () => {
  const ring = [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 0],
  ]
  test.each([
    [
      { type: 'Polygon', coordinates: [ring] },
      { type: 'Polygon', coordinates: [ring] },
    ],
    [
      { type: 'Polygon', coordinates: [ring], crs: { type: 'name', properties: { name: 'EPSG:3857' } } },
      { type: 'Polygon', coordinates: [ring] },
    ],
    ['POLYGON((0 0,0 1,1 1,0 0))', 'POLYGON((0 0,0 1,1 1,0 0))'],
    [JSON.stringify({ type: 'Polygon', coordinates: [ring] }), { type: 'Polygon', coordinates: [ring] }],
    [{ type: 'Point', coordinates: [1, 1] }, refused('The area must be a Polygon.')],
    [{ type: 'Polygon', coordinates: [] }, refused('A Polygon needs one ring at least.')],
    [{ type: 'Polygon', coordinates: [[[0, 0]]] }, refused('A ring of a Polygon needs four positions at least.')],
    [
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [0, 1],
            [1, 1],
            [2, 2],
          ],
        ],
      },
      refused('A ring of a Polygon must end where it begins.'),
    ],
    [
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [0, 1],
            [1, null],
            [0, 0],
          ],
        ],
      },
      refused('A position is two finite numbers: RA and Dec in degrees.'),
    ],
    [
      { type: 'Polygon', coordinates: [new Array(1001).fill([0, 0])] },
      refused('A Polygon may have 1000 positions at most.'),
    ],
    [[], refused('The area must be a Polygon.')],
    [5, refused('Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.')],
    ['\ud800', refused('Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB.')],
  ])('%j gives %j', (value, expected) => {
    expect(parseArea(value)).toEqual(expected)
  })

  test.each([
    ['POINT(1 1)', 1],
    ['LINESTRING(0 0,1 1)', 2],
    ['{"type":"Point","coordinates":[1,1]}', 2],
    [`0101000000${'00'.repeat(16)}`, 1],
  ])('%s has about %d positions', (text, expected) => {
    expect(positionsOf(text)).toBe(expected)
  })

  test.each([
    ['POINT(1 1)', false],
    ['SRID=4326;POINT(1 1)', false],
    ['srid=0;POINT(1 1)', false],
    ['SRID=3857;POINT(1 1)', true],
    [' SRID=04326;POINT(1 1)', true],
    [`0101000020E6100000${'00'.repeat(16)}`, false],
    [`0020000001000010E6${'00'.repeat(16)}`, false],
    [`010100002031BF0D00${'00'.repeat(16)}`, true],
    [`01010000A031BF0D00${'00'.repeat(24)}`, true],
    ['01', false],
    ['{"type":"Point","coordinates":[1,1]}', false],
    ['{"crs":{"properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}}', false],
    ['{"crs":{"properties":{"name":"EPSG:4326"}}}', false],
    ['{"crs":{"properties":{"name":"EPSG:3857"}}}', true],
    ['{"crs":{"properties":{"name":4326}}}', true],
    ['{"crs":null}', false],
    ['{', false],
  ])('%s is elsewhere than on the sky: %s', (text, expected) => {
    expect(hasForeignSrid(text)).toBe(expected)
  })
})
