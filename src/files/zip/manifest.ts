/** One entry of a ZIP that nginx's mod_zip puts together. */
export interface Entry {
  /** Bytes. */
  size: number
  /** CRC-32 of the file; null: not known, then downloads of the ZIP cannot be resumed. */
  crc32: number | null
  /** An internal location of nginx, its path percent-encoded. */
  location: string
  /** The name inside the ZIP. */
  name: string
}

/**
 * A name that stays inside the ZIP's folder and on its own line of a manifest: CR, LF or NUL would
 * inject entries.
 */
export function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these very characters are taken out
  const plain = name.replace(/[\0-\x1f\x7f]/g, '').replaceAll('\\', '_')
  const parts = plain.split('/').filter((part) => part !== '' && part !== '.' && part !== '..')
  return parts.join('/') || 'file'
}

/** Names made different where they are equal: `a.fits`, `a-2.fits`. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const dot = name.indexOf('.', name.lastIndexOf('/') + 1)
    const [stem, extension] = dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)]
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${stem}-${n}${extension}`
    taken.add(unique)
    return unique
  })
}

/**
 * The manifest: a line `CRC SIZE LOCATION NAME` for each entry (mod_zip's format, by experiment
 * with nginx 1.22).
 */
export const manifest = (entries: readonly Entry[]): string =>
  entries
    .map((e) => `${e.crc32 === null ? '-' : e.crc32.toString(16).padStart(8, '0')} ${e.size} ${e.location} ${e.name}\n`)
    .join('')
