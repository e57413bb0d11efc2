import type { DownloadRow, Learnt } from '../../queries/downloads.ts'

/**
 * In which form a version is downloaded: as it is stored, unpacked by funpack, or only its
 * catalogue.
 */
export type Form = 'stored' | 'unpacked' | 'catalog'

/** A version in a form, with what is known of its bytes. */
export interface Content {
  row: DownloadRow
  form: Form
  filename: string
  size: number
  /** null: not known before it has been read once. */
  crc32: number | null
}

/** The form in which a frame goes into a ZIP. */
export function formOf(row: DownloadRow, asked: { uncompress: boolean; catalogOnly: boolean }): Form {
  if (asked.catalogOnly && row.reduction_level === 91 && row.configuration_type === 'EXPOSE') return 'catalog'
  return asked.uncompress && row.extension.endsWith('.fits.fz') ? 'unpacked' : 'stored'
}

/**
 * The name of the file in a download: `.fz` goes with the packing, a catalogue is `-catalog.fits`.
 */
export function filenameOf({ basename, extension }: DownloadRow, form: Form): string {
  if (form === 'catalog') return `${basename}-catalog.fits`
  return basename + (form === 'unpacked' ? extension.replace(/\.fz$/, '') : extension)
}

/** The columns of a version that size and CRC-32 of a form are kept in. */
export const KNOWN = {
  stored: ['size', 'crc32'],
  unpacked: ['unpacked_size', 'unpacked_crc32'],
  catalog: ['catalog_size', 'catalog_crc32'],
} as const

/** What is learnt of a form, under the names of its columns. */
export function learntOf(
  { row, form }: Pick<Content, 'row' | 'form'>,
  facts: { size?: number; crc32?: number },
): Learnt {
  const [size, crc32] = KNOWN[form]
  return { id: row.version_id, [size]: facts.size, [crc32]: facts.crc32 }
}
