/**
 * A file's name up to its first dot, and the rest. A name that begins with a dot, or has none, has
 * no extension.
 */
export function splitName(filename: string): { basename: string; extension: string } {
  const dot = filename.indexOf('.')
  return dot > 0
    ? { basename: filename.slice(0, dot), extension: filename.slice(dot) }
    : { basename: filename, extension: '' }
}

/** Whether a file is to be left alone: its basename holds one of IGNORED_CHARS. */
export const isIgnored = (basename: string, ignoredChars: readonly string[]): boolean =>
  ignoredChars.some((chars) => chars !== '' && basename.includes(chars))
