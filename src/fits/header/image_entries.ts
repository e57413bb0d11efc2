import type { HeaderEntry } from './entries.ts'
import type { HeaderValue } from './header_values.ts'

/** Describes the columns of a table, not the image packed in it. */
const OF_COLUMNS = /^T(TYPE|FORM|UNIT|NULL|SCAL|ZERO|DISP|BCOL|DIM|CTYP|CUNI|CRPX|CRVL|CDLT|RPOS)[1-9][0-9 ]*$/
/** Describes the packing. ZDITHER0 and ZBLANK stay, as recorded. */
const OF_PACKING =
  /^Z(SIMPLE|TENSION|BITPIX|NAXIS|EXTEND|BLOCKED|PCOUNT|GCOUNT|HECKSUM|DATASUM|IMAGE|CMPTYPE|MASKCMP|QUANTIZ)(?![A-Z])/i
const OF_TILES = /^Z(TILE|NAME|VAL)[1-9][0-9 ]*$/i
/** The EXTNAME that fpack gives to an unnamed image. */
const NO_NAME = 'COMPRESSED_IMAGE'

const belongsToTable = (key: string): boolean =>
  key === 'TFIELDS' || OF_COLUMNS.test(key) || OF_PACKING.test(key) || OF_TILES.test(key)

/**
 * The header of a packed image, from that of its table. Keywords and order follow the reference
 * library's records (astropy up to 6): structure first, then the rest in the table's order, with
 * the table's checksums if the image's were not kept.
 */
export function unpackImageEntries(table: HeaderEntry[]): HeaderEntry[] {
  const packed = new Map<string, HeaderValue>()
  for (const { key, value } of table) if (key.startsWith('Z') && !packed.has(key)) packed.set(key, value)
  const entries = table.filter(({ key }) => !belongsToTable(key))
  const primary = packed.has('ZSIMPLE')
  const axes = Number(packed.get('ZNAXIS') ?? 0)
  const structure: [string, HeaderValue | undefined][] = [
    primary ? ['SIMPLE', packed.get('ZSIMPLE')] : ['XTENSION', 'IMAGE'],
    ['BITPIX', packed.get('ZBITPIX')],
    ['NAXIS', packed.get('ZNAXIS')],
    ...[...packed.keys()]
      .filter((key) => /^ZNAXIS[1-9]\d*$/.test(key) && Number(key.slice(6)) <= axes)
      .sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)))
      .map((key): [string, HeaderValue | undefined] => [key.slice(1), packed.get(key)]),
  ]
  if (!primary) structure.push(['PCOUNT', packed.get('ZPCOUNT') ?? 0], ['GCOUNT', packed.get('ZGCOUNT') ?? 1])
  const own = entries.filter(({ key }) => !/^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT)$/.test(key))
  const image = [
    ...structure.map(([key, value]): HeaderEntry => ({ key, value: value ?? null, commentary: false })),
    ...own,
  ]
  for (const key of ['ZEXTEND', 'ZBLOCKED', 'ZHECKSUM', 'ZDATASUM']) {
    const value = packed.get(key)
    if (value !== undefined) setEntry(image, key === 'ZHECKSUM' ? 'CHECKSUM' : key.slice(1), value)
  }
  return image.filter(({ key, value }) => key !== 'EXTNAME' || value !== NO_NAME)
}

/** Sets a keyword where it is, or after the last one that is not commentary. */
function setEntry(entries: HeaderEntry[], key: string, value: HeaderValue): void {
  const known = entries.filter((one) => one.key === key)
  for (const one of known) one.value = value
  if (!known.length)
    entries.splice(entries.findLastIndex((one) => !one.commentary) + 1, 0, { key, value, commentary: false })
}

/** A primary header with EXTEND = T, which astropy adds when extensions follow. */
export function withExtend(entries: HeaderEntry[]): HeaderEntry[] {
  const at = entries.findIndex(({ key }) => key === 'EXTEND')
  const entry: HeaderEntry = { key: 'EXTEND', value: true, commentary: false }
  if (at >= 0) return entries.map((one, i) => (i === at && one.value === false ? entry : one))
  const axes = entries.find(({ key }) => key === 'NAXIS')?.value
  const last = entries.findIndex(({ key }) => key === (axes ? `NAXIS${axes}` : 'NAXIS'))
  return [...entries.slice(0, last + 1), entry, ...entries.slice(last + 1)]
}
