import type { Entry } from './entries.ts'
import type { HeaderValue } from './header_values.ts'

/** What tells of the columns of a table: not of the image that is packed in it. */
const OF_COLUMNS = /^T(TYPE|FORM|UNIT|NULL|SCAL|ZERO|DISP|BCOL|DIM|CTYP|CUNI|CRPX|CRVL|CDLT|RPOS)[1-9][0-9 ]*$/
/** What tells how the image is packed. That ZDITHER0 and ZBLANK stay is as recorded. */
const OF_PACKING =
  /^Z(SIMPLE|TENSION|BITPIX|NAXIS|EXTEND|BLOCKED|PCOUNT|GCOUNT|HECKSUM|DATASUM|IMAGE|CMPTYPE|MASKCMP|QUANTIZ)(?![A-Z])/i
const OF_TILES = /^Z(TILE|NAME|VAL)[1-9][0-9 ]*$/i
/** The name that fpack gives to what had none. */
const NO_NAME = 'COMPRESSED_IMAGE'

const isOfTable = (key: string): boolean =>
  key === 'TFIELDS' || OF_COLUMNS.test(key) || OF_PACKING.test(key) || OF_TILES.test(key)

/**
 * The header of an image out of that of the table it is packed in, keywords and order as in the records of the reference
 * library (with astropy up to 6): the structure first, the rest as it is in the table, its checksums too where those of
 * the image are not kept.
 */
export function imageEntries(table: Entry[]): Entry[] {
  const packed = new Map<string, HeaderValue>()
  for (const { key, value } of table) if (key.startsWith('Z') && !packed.has(key)) packed.set(key, value)
  const entries = table.filter(({ key }) => !isOfTable(key))
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
  const image = [...structure.map(([key, value]): Entry => ({ key, value: value ?? null, commentary: false })), ...own]
  for (const key of ['ZEXTEND', 'ZBLOCKED', 'ZHECKSUM', 'ZDATASUM']) {
    const value = packed.get(key)
    if (value !== undefined) put(image, key === 'ZHECKSUM' ? 'CHECKSUM' : key.slice(1), value)
  }
  return image.filter(({ key, value }) => key !== 'EXTNAME' || value !== NO_NAME)
}

/** Gives a keyword its value, where it is or behind the last that is not commentary. */
function put(entries: Entry[], key: string, value: HeaderValue): void {
  const known = entries.filter((one) => one.key === key)
  for (const one of known) one.value = value
  if (!known.length)
    entries.splice(entries.findLastIndex((one) => !one.commentary) + 1, 0, { key, value, commentary: false })
}

/** The header of a primary HDU that extensions follow: it says so, as astropy has it, even if the file does not. */
export function extendedEntries(entries: Entry[]): Entry[] {
  const at = entries.findIndex(({ key }) => key === 'EXTEND')
  const entry: Entry = { key: 'EXTEND', value: true, commentary: false }
  if (at >= 0) return entries.map((one, i) => (i === at && one.value === false ? entry : one))
  const axes = entries.find(({ key }) => key === 'NAXIS')?.value
  const last = entries.findIndex(({ key }) => key === (axes ? `NAXIS${axes}` : 'NAXIS'))
  return [...entries.slice(0, last + 1), entry, ...entries.slice(last + 1)]
}
