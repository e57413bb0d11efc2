/** What stands for what in an answer: differs from archive to archive, and so is not written out in the recordings. */
export interface Context {
  /** Scheme and host of the archive. */
  base: string
  /** Where the store serves its files, without a slash at the end. */
  store: string
  /** Ids of frames by basename, as far as they are known. */
  ids: ReadonlyMap<string, number>
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3,6})?Z$/

/**
 * Where an answer is not what was recorded, one line each. In what was recorded `<time>` is any time, `<id>` any id, `<id:NAME>` that frame's (any, of what
 * is not a frame: thumbnails are not told apart),
 * `<id:?>` one of a frame never answered, `<date>` eight digits; `{base}` and `{store}` are addresses. A list of such ids is a set.
 */
export function differences(expected: unknown, actual: unknown, context: Context, at = 'body'): string[] {
  const differs = (): string[] => [`${at}: recorded ${show(expected)}, answered ${show(actual)}`]
  if (typeof expected === 'string') return sameText(expected, actual, context) ? [] : differs()
  if (typeof expected === 'number') {
    const close =
      typeof actual === 'number' &&
      Math.abs(expected - actual) <= 1e-13 * Math.max(Math.abs(expected), Math.abs(actual))
    return close ? [] : differs()
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differs()
    if (expected.length > 0 && expected.every((e) => typeof e === 'string' && e.startsWith('<id:')))
      return expected.every((e) => actual.some((a) => sameText(e, a, context))) ? [] : differs()
    return expected.flatMap((e, i) => differences(e, actual[i], context, `${at}[${i}]`))
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return differs()
    const [wanted, had] = [expected as Record<string, unknown>, actual as Record<string, unknown>]
    const keys = new Set([...Object.keys(wanted), ...Object.keys(had)])
    return [...keys].flatMap((key) => {
      if (!(key in wanted))
        return isWelcome(key, had[key]) ? [] : [`${at}.${key}: not recorded, answered ${show(had[key])}`]
      if (!(key in had)) return [`${at}.${key}: recorded ${show(wanted[key])}, not answered`]
      return differences(wanted[key], had[key], context, `${at}.${key}`)
    })
  }
  return Object.is(expected, actual) ? [] : differs()
}

/** An exact count may say that it is one. */
const isWelcome = (key: string, value: unknown): boolean => key === 'count_estimated' && value === false

function sameText(expected: string, actual: unknown, { base, store, ids }: Context): boolean {
  if (expected === '<id>') return Number.isInteger(actual) && (actual as number) > 0
  if (expected === '<id:?>') return Number.isInteger(actual) && ![...ids.values()].includes(actual as number)
  const frame = /^<id:(.+)>$/.exec(expected)?.[1]
  if (frame !== undefined) return ids.has(frame) ? ids.get(frame) === actual : Number.isInteger(actual)
  if (typeof actual !== 'string') return false
  if (expected === '<time>') return TIME.test(actual)
  const text = expected.replaceAll('{base}', base).replaceAll('{store}', store)
  if (!text.includes('<date>')) return text === actual
  const [before, after] = text.split('<date>') as [string, string]
  const date = actual.slice(before.length, actual.length - after.length)
  return actual.startsWith(before) && actual.endsWith(after) && /^\d{8}$/.test(date)
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 400))
