import type { Keys } from '../auth/keys.ts'
import type { Form } from './contents.ts'

/** A ZIP that was promised: it can be fetched again by whoever holds the ticket, until it expires. */
export interface Ticket {
  /** The folder inside the ZIP, which is also its name. */
  folder: string
  /** Version and form of each file, in order. */
  files: { version: number; form: Form }[]
}

const PURPOSE = 'zip'
const SIGNATURE_LENGTH = 32
const HOUR_S = 3600
const VALID_S = 24 * HOUR_S
const FORMS: readonly Form[] = ['stored', 'unpacked', 'catalog']
/** Longer ones do not fit into the request line that servers and proxies take. */
const MAX_LENGTH = 6000

/** The ticket as a word for a path; null: there are too many files. Valid for a day from the last full hour, so that the same ZIP has the same. */
export function writeTicket(keys: Keys, { folder, files }: Ticket, now = Date.now()): string | null {
  const expires = Math.floor(now / 1000 / HOUR_S) * HOUR_S + VALID_S
  let before = 0
  const words = files.map(({ version, form }) => {
    // files come by frame, so that versions are mostly near each other
    const word = `${FORMS.indexOf(form)}${(version - before).toString(36)}`
    before = version
    return word
  })
  const text = `${expires.toString(36)}~${folder}~${words.join('.')}`
  return text.length > MAX_LENGTH ? null : keys.sign(PURPOSE, text) + text
}

/** What a ticket promises; null: it is not one of ours, or has expired. */
export function readTicket(keys: Keys, word: string, now = Date.now()): Ticket | null {
  const text = word.slice(SIGNATURE_LENGTH)
  if (!keys.verify(PURPOSE, text, word.slice(0, SIGNATURE_LENGTH))) return null
  const [expires, folder, words] = text.split('~') as [string, string, string]
  if (Number.parseInt(expires, 36) * 1000 < now) return null
  let before = 0
  const files = words.split('.').map((w) => {
    before += Number.parseInt(w.slice(1), 36)
    return { version: before, form: FORMS[Number(w[0])]! }
  })
  return { folder, files }
}
