import type { Keys } from '../../auth/keys.ts'
import { open, seal } from '../../seal.ts'
import type { Form } from './content.ts'
import type { Delivery } from './layout.ts'

/**
 * A ZIP that was promised: whoever holds the ticket can fetch it again until it expires, as long as
 * its receiver may.
 */
export interface Ticket {
  delivery: Delivery
  /** The id of the user it was given to; null: to somebody who had not said who. */
  receiver: number | null
  /** Seconds since 1970. */
  expires: number
  /** The folder inside the ZIP, which is also its name. */
  folder: string
  /** The beginning of the ZIP's ETag: if it differs by now, the ZIP has changed. */
  mark: string
  /** The files in their order. */
  files: { version: number; form: Form; descriptor: boolean }[]
}

const PURPOSE = 'zip ticket'
/** How long a ticket is valid, in seconds. */
export const TICKET_VALID_S = 24 * 3600
const DELIVERIES: readonly Delivery[] = ['stream', 'manifest']
const FORMS: readonly Form[] = ['stored', 'unpacked', 'catalog']
/** Of a form with or without a descriptor. */
const KINDS = 2 * FORMS.length
/**
 * nginx takes 4 KB of headers in an answer unless configured otherwise, and this is in one of them.
 */
const MAX_LENGTH = 3000

/** The ticket as a word for a path; null: there are too many files. */
export function writeTicket(keys: Keys, ticket: Ticket): string | null {
  let before = 0
  const files = ticket.files.map(({ version, form, descriptor }) => {
    // files come by frame, so that versions are mostly near each other
    const distance = version - before
    before = version
    return distance * KINDS + FORMS.indexOf(form) * 2 + Number(descriptor)
  })
  const { delivery, receiver, expires, folder, mark } = ticket
  const word = seal(keys, PURPOSE, [DELIVERIES.indexOf(delivery), receiver, expires, folder, mark, files])
  return word.length > MAX_LENGTH ? null : word
}

/** What a ticket promises; null: it is not one of ours, or has expired. */
export function readTicket(keys: Keys, word: string, now = Date.now()): Ticket | null {
  const payload = open(keys, PURPOSE, word) as [number, number | null, number, string, string, number[]] | null
  if (!payload) return null
  const [delivery, receiver, expires, folder, mark, numbers] = payload
  if (expires * 1000 < now) return null
  let version = 0
  const files = numbers.map((number) => {
    const distance = Math.floor(number / KINDS)
    const kind = number - distance * KINDS
    version += distance
    return { version, form: FORMS[kind >> 1]!, descriptor: kind % 2 === 1 }
  })
  return { delivery: DELIVERIES[delivery]!, receiver, expires, folder, mark, files }
}
