import { describe, expect, test } from 'vitest'
import { ValidationError } from '../../src/errors.ts'
import type { RequestContext } from '../../src/http/context.ts'
import { frameFilters } from '../../src/http/frame_parameters.ts'
import { parametersReader } from '../../src/http/parameters.ts'
import { givenFilters } from '../../src/schemas/filters.ts'
import { BEYOND_POLES } from '../../src/schemas/sky.ts'

const configurationTypes = { known: async () => ['BIAS', 'EXPOSE'] }
const parse = async (query: Record<string, string[]>) => {
  const c = { req: { queries: () => query }, env: { configurationTypes } } as unknown as RequestContext
  return givenFilters(await parametersReader(frameFilters)(c))
}
const one = async (name: string, ...values: string[]) => {
  try {
    return (await parse({ [name]: values }))[0]?.value
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return (error.body as Record<string, string[]>)[name]
  }
}
const RADIUS = 'RADIUS goes from above 0 to 180 degrees.'
const positions = (n: number) => `LINESTRING(${Array.from({ length: n }, (_, i) => `${i % 90} 0`).join(',')})`

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i).join(',')

describe('a filter', () => {
  test.each([
    ['site_id', 'coj', 'coj'],
    ['site_id', ' coj ', 'coj'],
    ['site_id', '', undefined],
    ['site_id', '\0', ['Null characters are not allowed.']],
    ['exposure_time', '1e3', 1000],
    ['exposure_time', '1e999', ['Enter a number.']],
    ['exposure_time', 'NaN', ['Enter a number.']],
    ['exposure_time', 'Infinity', ['Enter a number.']],
    ['exposure_time', '9'.repeat(10_000), ['Enter a number.']],
    ['exposure_time', '1e99999', ['Enter a number.']],
    ['request_id', '2147483647', 2147483647],
    ['request_id', '2147483648', null],
    ['request_id', '-1', null],
    ['request_id', '99999999999999999999', null],
    ['request_id', '1.5', null],
    ['request_id', '٣', ['Enter a number.']],
    ['request_id', '1_000', ['Enter a number.']],
    ['reduction_level', '32768', null],
    ['id__gt', '3740', 3740],
    ['id__lt', '-1', -1],
    ['id__gt', '9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['id__lt', `-${'9'.repeat(400)}`, Number.MIN_SAFE_INTEGER],
    ['id__gt', '1.5', ['Enter a whole number.']],
    ['id__gt', '1e3', ['Enter a whole number.']],
    ['id__lt', 'x', ['Enter a whole number.']],
    ['id__lt', '', undefined],
    ['site_id__in', 'coj', ['coj']],
    ['site_id__in', ' ogg ,coj,,  , ogg,', ['ogg', 'coj']],
    ['site_id__in', '', undefined],
    ['site_id__in', ' , ,', undefined],
    ['site_id__in', 'coj,\0', ['Null characters are not allowed.']],
    ['site_id__in', `${numbers(100)},,0`, numbers(100).split(',')],
    ['site_id__in', numbers(101), ['Give at most 100 values; these are 101.']],
    ['request_id__in', '2,2147483648,-1,1e1', [2, null, 10]],
    ['request_id__in', '1,x', ['Enter a number.']],
    ['reduction_level__in', '91,-1,0,40000', [91, -1, 0, null]],
    ['modified_after', '2016-01-01 00:00:00.1', '2016-01-01T00:00:00.100000Z'],
    ['modified_before', 'now', ['Enter a valid date/time.']],
    ['box', '350,-5,10,5', { ra: 350, width: 20, dec1: -5, dec2: 5 }],
    ['box', ' -10, -5 , 350 ,5', { ra: 350, width: 360, dec1: -5, dec2: 5 }],
    ['box', '20,1,10,1', { ra: 20, width: 350, dec1: 1, dec2: 1 }],
    ['box', '10,1', ['Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.']],
    ['cone', '10.5,-41.25,0.5', { ra: 10.5, dec: -41.25, radius: 0.5 }],
    ['cone', ' -10 , +90 , 180 ', { ra: 350, dec: 90, radius: 180 }],
    ['cone', '730,.5,1e-3', { ra: 10, dec: 0.5, radius: 0.001 }],
    ['cone', '12:30:00, 41:15:00,1', { ra: 187.5, dec: 41.25, radius: 1 }],
    ['cone', '12:30,-00:30,1', { ra: 187.5, dec: -0.5, radius: 1 }],
    ['cone', '00h00m36.0s,-0d30m36s,1', { ra: 0.15, dec: -0.51, radius: 1 }],
    ['cone', '6H,+41D30M,1', { ra: 90, dec: 41.5, radius: 1 }],
    ['cone', '24:00:00,0,1', { ra: 0, dec: 0, radius: 1 }],
    ['cone', '-1:00:00,0,1', { ra: 345, dec: 0, radius: 1 }],
    ['cone', '25:00:00,0,1', ['Hours of RA go from 0 to 24.']],
    ['cone', '12:60:00,0,1', ['Minutes and seconds go from 0 to below 60.']],
    ['cone', '1,2d3m60s,1', ['Minutes and seconds go from 0 to below 60.']],
    ['cone', '1,90:00:01,1', [BEYOND_POLES]],
    ['cone', '1,-91,1', [BEYOND_POLES]],
    ['cone', '1,2,0', [RADIUS]],
    ['cone', '1,2,-1', [RADIUS]],
    ['cone', '1,2,180.001', [RADIUS]],
    ...[
      '1,2',
      '1,2,3,4',
      '1,2,',
      '1,2,x',
      '1,2,1:00',
      'nan,2,3',
      '1,inf,3',
      '1e300,0,3',
      '1d,2,3',
      '1,2h,3',
      '1:2:3:4,0,1',
    ].map((text): [string, string, unknown] => ['cone', text, [expect.stringContaining('Enter RA,DEC,RADIUS: ')]]),
    ['start', '2016-01-01', '2016-01-01T00:00:00Z'],
    ['start', '0001-01-01T00:00:00+14:00', ['Enter a valid date/time.']],
    ['start', '10000-01-01', ['Enter a valid date/time.']],
    ['start', '-4713-01-01', ['Enter a valid date/time.']],
    ['start', 'infinity', ['Enter a valid date/time.']],
    ['dayobs', 'x'.repeat(100_000), ['Enter a valid date.']],
    ['public', 'True', true],
    ['public', 'maybe', undefined],
    ['covers', 'POINT(10 20)', 'POINT(10 20)'],
    ['covers', positions(200), positions(200)],
    ['covers', positions(300), ['Ensure this value has at most 200 positions.']],
    ['covers', 'x'.repeat(8193), ['Ensure this value has at most 8192 characters.']],
    ['intersects', 'POINT(nan 0)', ['Enter finite coordinates.']],
    ['intersects', 'POINT(0 -Infinity)', ['Enter finite coordinates.']],
    ['intersects', 'SRID=900913;POINT(1 1)', ['Enter longitude and latitude: SRID 4326, or none.']],
  ])('%s=%j is %j', async (name, value, expected) => {
    expect(await one(name, value)).toEqual(expected)
  })

  test('names that are no filters are not looked at, whatever they mean to the language', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'nope', 'site_id[]'])
      expect(await parse({ [name]: ['x'] })).toEqual([])
  })

  test('of a repeated parameter the last counts, but every value of a repeatable one', async () => {
    expect(await one('site_id', 'a', 'b')).toBe('b')
    expect(await one('site_id', 'a', '')).toBeUndefined()
    expect(await one('site_id__in', 'a,b', 'c', '', 'b')).toEqual(['a', 'b', 'c'])
    expect(await one('site_id__in', numbers(60), numbers(120))).toEqual(['Give at most 100 values; these are 120.'])
    expect(await one('exclude_OBSTYPE', 'BIAS', 'EXPOSE')).toEqual(['BIAS', 'EXPOSE'])
    expect(await one('exclude_OBSTYPE', 'BIAS', '')).toEqual([
      'Select a valid choice.  is not one of the available choices.',
    ])
  })

  test('the same filters come in the same order, once each, however they were sent', async () => {
    const sent: [string, string][] = [
      ['OBJECT', 'M 31'],
      ['target_name', 'M 31'],
      ['covers', 'POINT(1 1)'],
      ['id__gt', '5'],
      ['start', '2016-01-01'],
      ['exclude_OBSTYPE', 'EXPOSE'],
      ['exclude_OBSTYPE', 'BIAS'],
      ['exclude_OBSTYPE', 'EXPOSE'],
    ]
    const asked = async (parameters: [string, string][]) => {
      const query: Record<string, string[]> = {}
      for (const [name, value] of parameters) query[name] = [...(query[name] ?? []), value]
      return (await parse(query)).map(({ name, value }) => [name, value])
    }
    for (const shuffled of [sent, sent.toReversed(), [...sent.slice(4), ...sent.slice(0, 4)]])
      expect(await asked(shuffled)).toEqual([
        ['id__gt', 5],
        ['start', '2016-01-01T00:00:00Z'],
        ['target_name', 'M 31'],
        ['exclude_configuration_type', ['BIAS', 'EXPOSE']],
        ['covers', 'POINT(1 1)'],
      ])
  })
})
