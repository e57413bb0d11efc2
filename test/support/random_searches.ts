const VALUES: Record<string, readonly string[]> = {
  site_id: ['cpt', 'ogg', 'coj'],
  telescope_id: ['1m0a', '2m0a', '0m4a'],
  instrument_id: ['fa00', 'kb01', 'sq02'],
  proposal_id: ['PLATE2018-001', 'PLATE2019-042', 'calibrate'],
  primary_optical_element: ['V', 'rp', 'up'],
  configuration_type: ['EXPOSE', 'BIAS', 'SPECTRUM'],
  reduction_level: ['0', '91'],
  request_id: ['7', '77', '777'],
  observation_id: ['5', '55', '555'],
  basename_exact: ['a', 'b', 'c'],
  target_name_exact: ['field 37', 'field 74', ''],
  exposure_time: ['10', '60', '200'],
  start: ['2018-03-01', '2019-01-01T12:00:00', '2020-02-02'],
  end: ['2022-01-01', '2024-05-05T01:02:03.456', '2026-01-01'],
  covers: ['POINT(10 20)', 'POINT(200 -60)'],
  box: ['10,10,20,20', '350,-5,5,5'],
  id__gt: ['0', '100', '1000'],
  id__lt: ['100000', '20000', '5000'],
}
const KEYS = ['id', 'basename', 'observation_date', 'proposal_id', 'instrument_id', 'target_name', 'exposure_time']

/**
 * Makes searches for frames, each with filters and an ordering at random: half of all filters, in any order. The same seed gives the
 * same searches.
 */
export function randomSearches(seed: number): () => string {
  let state = seed
  // mulberry32
  const random = (n: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }
  const shuffled = (names: string[]): string[] => {
    for (let i = names.length - 1; i > 0; i--) {
      const j = random(i + 1)
      const moved = names[i]!
      names[i] = names[j]!
      names[j] = moved
    }
    return names
  }
  return () => {
    const filters = shuffled(Object.keys(VALUES).filter(() => random(2))).map(
      (name) => `${name}=${encodeURIComponent(VALUES[name]![random(VALUES[name]!.length)]!)}`,
    )
    const ordering = Array.from({ length: 3 }, () => `${random(2) ? '-' : ''}${KEYS[random(KEYS.length)]}`)
    const style = random(2) ? ['pagination_style=cursor'] : []
    return `/frames/?${[...filters, `ordering=${ordering}`, ...style].join('&')}`
  }
}
