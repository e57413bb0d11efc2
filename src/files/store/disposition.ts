/**
 * The Content-Disposition under which a file is saved (RFC 6266): a name that is no token is
 * quoted, one that is not ASCII is given in UTF-8 as well, since some clients read only the one and
 * some only the other.
 */
export function disposition(filename: string): string {
  if (/^[\w.+~-]+$/.test(filename)) return `attachment; filename=${filename}`
  const plain = filename.replace(/[^ -~]|["\\%]/g, '_')
  const encoded = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
