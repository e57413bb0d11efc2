import type { Sql } from '../../src/database/sql.ts'

/** Repeatable random choices. */
export function chooser(from: number) {
  let state = (from % 2147483646) + 1
  const next = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!
  return { next, pick, chance: (p: number) => next() < p }
}
export type Choose = ReturnType<typeof chooser>

const SITES = ['ogg', 'coj', '']
const TELESCOPES = ['1m0a', '2m0a']
const INSTRUMENTS = ['fa01', 'kb02', 'sq03']
const ELEMENTS = ['rp', 'V', '']
const TYPES = ['EXPOSE', 'BIAS', 'DARK']
const PROPOSALS = ['alpha', 'beta', 'gamma', '']

/** Days and their edges, from far before MJD 0 to far away. */
const TIMES = [
  '2016-01-01T00:00:00Z',
  '2016-01-01T23:59:59.999999Z',
  '2016-01-02T00:00:00Z',
  '2016-03-04T12:00:00.000001Z',
  '2019-06-07T08:09:10Z',
  '2024-02-29T23:59:59.999999Z',
  '1850-01-01T05:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '1858-11-17T00:00:00Z',
  '2128-01-08T12:00:00Z',
  '2128-01-09T00:00:00Z',
  '2128-01-10T00:00:00Z',
  '2200-01-01T00:00:00Z',
]
export const moment = ({ pick }: Choose): string => pick(TIMES)
/** null: a placeholder. */
const observed = ({ pick }: Choose): string | null => pick([...TIMES, 'infinity', '-infinity', null])
const published = ({ pick, next }: Choose): string | null =>
  pick([
    null,
    '2016-01-01T00:00:00Z',
    '3000-01-01T00:00:00Z',
    'infinity',
    new Date(Date.now() + next() * 1500).toISOString(),
    new Date(Date.now() - next() * 1500).toISOString(),
  ])
export const COLUMNS = {
  site_id: ({ pick }: Choose) => pick(SITES),
  telescope_id: ({ pick }: Choose) => pick(TELESCOPES),
  instrument_id: ({ pick }: Choose) => pick(INSTRUMENTS),
  primary_optical_element: ({ pick }: Choose) => pick(ELEMENTS),
  configuration_type: ({ pick }: Choose) => pick(TYPES),
  reduction_level: ({ pick }: Choose) => pick([0, 91]),
  proposal_id: ({ pick }: Choose) => pick(PROPOSALS),
  observation_date: observed,
  observation_day: ({ pick }: Choose) => pick(['2016-01-01', '2019-06-07', '5874897-12-31', null]),
  public_date: published,
}
type Column = keyof typeof COLUMNS

let made = 0
/** One change of the kind that writers, the old server or an operator make. */
export async function change(sql: Sql, choose: Choose): Promise<void> {
  const { pick, chance, next } = choose
  const some = `(select id from frames order by md5(id::text || '${next()}') limit ${pick([1, 1, 3])})`
  const kind = next()
  if (kind < 0.45) {
    const stem = `${process.pid}-${++made}-${next()}`
    const names = Object.keys(COLUMNS) as Column[]
    const [frame] = await sql.unsafe(
      `insert into frames (basename, target_name, ${names.join(', ')}) values ($1, '', ${names.map((_, i) => `$${i + 2}`).join(', ')}) returning id`,
      [stem, ...names.map((name) => COLUMNS[name](choose))],
    )
    if (chance(0.85))
      await sql.unsafe(
        `insert into versions (key, md5, extension, frame_id) values (md5('k' || $1), md5('m' || $1), '.fits', $2)`,
        [stem, frame!.id],
      )
  } else if (kind < 0.75) {
    const name = pick(Object.keys(COLUMNS) as Column[])
    await sql.unsafe(`update frames set ${name} = $1 where id in ${some}`, [COLUMNS[name](choose)])
  } else if (kind < 0.82) {
    await sql.unsafe(`delete from versions where frame_id in ${some}`)
  } else if (kind < 0.87) {
    await sql.unsafe(
      `update versions set frame_id = (select id from frames order by random() limit 1) where frame_id in ${some}`,
    )
  } else if (kind < 0.9) {
    await sql.unsafe(`update frames set modified = now() where id in ${some}`)
  } else {
    await sql.unsafe(`with gone as (${some.slice(1, -1)}) delete from versions where frame_id in (select id from gone)`)
    await sql.unsafe(
      `delete from frames f where f.id in ${some} and not exists (select from versions v where v.frame_id = f.id)`,
    )
  }
}
