/** Text that is HTML already, and so is not escaped again. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | Html | null | readonly Html[]

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char]!)

const written = (value: Value): string => {
  if (value === null) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value))
  return value.map((part) => part.text).join('')
}

/** A piece of HTML: what is put into it is escaped, unless it is HTML itself; null is nothing. Attributes have to be quoted. */
export const html = (strings: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(strings.map((part, i) => part + (i < values.length ? written(values[i]!) : '')).join(''))

/** A configured address that a page may link to: http and https alone, for `javascript:` is an address too. Null: none. */
export function webLink(address: string | null): string | null {
  const url = address !== null && URL.canParse(address) ? new URL(address) : null
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}
