/** How long the time of a partition is. */
export type Grain = 'year' | 'month'

/** From a moment up to another that is not in it, in UTC. */
export interface Span {
  starts: string
  ends: string
}

const startOf = (grain: Grain, at: Date): Date =>
  new Date(Date.UTC(at.getUTCFullYear(), grain === 'year' ? 0 : at.getUTCMonth()))

/** Whether a year or month begins at a moment. */
export const isStartOf = (grain: Grain, at: string): boolean =>
  startOf(grain, new Date(at)).getTime() === new Date(at).getTime()

/** Whether a span is one of years or of months. */
export const spansOf = ({ starts, ends }: Span): Grain =>
  new Date(ends).getTime() - new Date(starts).getTime() > 32 * 86_400_000 ? 'year' : 'month'

/** The end of the year that is so many years after that of a moment. */
export const yearsAfter = (at: Date, years: number): Date => new Date(Date.UTC(at.getUTCFullYear() + years + 1, 0))

/** The years or months from the one that a moment is in up to another. */
export function spansBetween(grain: Grain, from: string, until: Date): Span[] {
  const spans: Span[] = []
  for (let at = startOf(grain, new Date(from)); at < until; ) {
    const next = new Date(at)
    if (grain === 'year') next.setUTCFullYear(at.getUTCFullYear() + 1)
    else next.setUTCMonth(at.getUTCMonth() + 1)
    spans.push({ starts: at.toISOString(), ends: next.toISOString() })
    at = next
  }
  return spans
}
