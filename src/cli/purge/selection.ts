import type { Selection } from '../../queries/frames/purge.ts'
import { parseBodyDate } from '../../schemas/dates.ts'
import { UsageError } from '../command.ts'
import type { ReadOptions } from './read_options.ts'

/** The options of `platestack deleteframes` that say which frames. */
export const SELECTING = {
  one: ['days-old', 'start', 'end', 'reduction-level', 'request-id', 'observation-id', 'site', 'telescope'],
  many: [
    'include-types',
    'exclude-types',
    'include-proposals',
    'exclude-proposals',
    'include-instruments',
    'exclude-instruments',
  ],
} as const
type One = (typeof SELECTING.one)[number]
type Many = (typeof SELECTING.many)[number]

/** A selection of which the age, if there is one, is still to be reckoned from the present. */
export interface Criteria {
  selection: Selection
  daysOld: number | null
}

const DAY_MS = 86_400_000
const LARGEST_INTEGER = 2147483647
/** As far back as PostgreSQL's dates go from now, roundly. */
const MOST_DAYS = 1_000_000

/**
 * Which frames the options ask for.
 * @throws UsageError for a value that cannot be meant, dates that do not go together, and where
 * nothing narrows down what is deleted
 */
export function readCriteria({ one, many }: Pick<ReadOptions<string, One, Many>, 'one' | 'many'>): Criteria {
  const daysOld = wholeNumber('days-old', one['days-old'], 1, MOST_DAYS)
  const [afterDay, beforeDay] = [day('start', one.start), day('end', one.end)]
  if ((afterDay === undefined) !== (beforeDay === undefined))
    throw new UsageError('--start and --end go together: give both, or --days-old')
  if (daysOld !== undefined && afterDay !== undefined)
    throw new UsageError('--days-old does not go with --start and --end')
  if (afterDay !== undefined && Date.parse(beforeDay!) - Date.parse(afterDay) <= DAY_MS)
    throw new UsageError(`no day lies between --start ${afterDay} and --end ${beforeDay}: neither belongs to it`)
  const given: Selection = {
    afterDay,
    beforeDay,
    reductionLevel: wholeNumber('reduction-level', one['reduction-level'], 0, 32767),
    requestId: wholeNumber('request-id', one['request-id'], 0, LARGEST_INTEGER),
    observationId: wholeNumber('observation-id', one['observation-id'], 0, LARGEST_INTEGER),
    site: one.site,
    telescope: one.telescope,
    includeTypes: many['include-types'],
    includeProposals: many['include-proposals'],
    includeInstruments: many['include-instruments'],
  }
  if (daysOld === undefined && Object.values(given).every((value) => value === undefined))
    throw new UsageError(
      'say which frames: --days-old, --start and --end, or another option that is not --exclude-…; see platestack deleteframes --help',
    )
  for (const name of MANY) for (const value of many[name] ?? []) requireOne(name, value)
  const selection = {
    ...given,
    excludeTypes: many['exclude-types'],
    excludeProposals: many['exclude-proposals'],
    excludeInstruments: many['exclude-instruments'],
  }
  return { selection, daysOld: daysOld ?? null }
}

const MANY: readonly Many[] = SELECTING.many

/** Several values in one text would be a value that no frame has: what was to be kept would go. */
function requireOne(name: Many, value: string): void {
  // ids of proposals may hold blanks
  if (value.includes(',') || (/\s/.test(value) && !name.endsWith('proposals')))
    throw new UsageError(`--${name} takes its values apart, as --${name} ONE OTHER, and not '${value}'`)
}

function wholeNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most))
    throw new UsageError(`--${name} is a whole number from ${least} to ${most}, and not '${text}'`)
  return number
}

/** A day in one of ISO 8601's forms, as `2024-01-31`. */
function day(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const written = parseBodyDate(text)
  if (written === null) throw new UsageError(`--${name} is a day like 2024-01-31, and not '${text}'`)
  return written
}
