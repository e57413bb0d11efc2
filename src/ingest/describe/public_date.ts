import type { HeaderDict, HeaderValue } from '../../fits/header/dictionary.ts'
import { BadFile, type Rules } from './description.ts'
import { isGiven, showValue, textOf } from './header_values.ts'
import { daysLater, parseDate } from './python_date.ts'

/** For ever, near enough: 999 years of 365 days. */
const FOR_EVER_DAYS = 999 * 365

const within = (text: string, parts: readonly string[]): boolean => parts.some((part) => part && text.includes(part))

/**
 * When a frame whose headers do not say so becomes public, by the reference's rules: the portal's
 * tags of its proposal, then what its configuration type, proposal and name say. The headers are
 * those of the file, not repaired.
 * @throws BadFile naming the observation date where it is needed and cannot be read
 */
export function publicDate(
  headers: HeaderDict,
  basename: string,
  rules: Rules,
  tags: readonly string[],
): { value: HeaderValue; warnings: string[] } {
  const keys = rules.headerKeys
  const proposal = textOf(headers.get(keys.proposalId))
  const type = headers.get(keys.configurationType)
  const atOnce = { value: headers.get(keys.observationDate) ?? null, warnings: [] }
  const after = (days: number) => daysAfter(headers, rules, days)

  if (tags.some((tag) => rules.privateProposalTags.includes(tag))) return after(FOR_EVER_DAYS)
  if (tags.some((tag) => rules.publicProposalTags.includes(tag))) return atOnce
  if (typeof type === 'string' && rules.calibrationTypes.includes(type)) return atOnce
  if (within(proposal, rules.publicProposals)) return atOnce
  if (within(proposal, rules.privateProposals) || within(basename, rules.privateFileTypes)) return after(FOR_EVER_DAYS)
  return after(rules.daysUntilPublic)
}

function daysAfter(headers: HeaderDict, rules: Rules, days: number): { value: HeaderValue; warnings: string[] } {
  const { observationDate, publicDate } = rules.headerKeys
  const value = observationDateOf(headers, rules)
  const date = parseDate(value)
  if (!date)
    throw new BadFile(
      `${observationDate} is ${showValue(value)}, which is no date like 2015-12-21T15:48:03.963: correct it`,
      observationDate,
    )
  const { text, capped } = daysLater(date, days)
  const warnings = capped ? [`${publicDate} would lie beyond the year 9999: it is ${text}`] : []
  return { value: text, warnings }
}

/** The observation date, where something depends on it. @throws BadFile without one */
export function observationDateOf(headers: HeaderDict, rules: Rules): string {
  const { observationDate } = rules.headerKeys
  const value = headers.get(observationDate)
  if (typeof value === 'string' && value.trim() !== '') return value
  const what = isGiven(value) ? `has to be text in quotes, not ${showValue(value)}` : 'is missing or empty'
  throw new BadFile(`${observationDate} ${what}: the observation day and the public date depend on it`, observationDate)
}

/** The observing day of an observation date: 2015-12-21T15:48 is 20151221. */
export const dayOf = (observationDate: string): string =>
  observationDate
    .trim()
    .split(/[Tt\s]/)[0]!
    .replaceAll('-', '')
