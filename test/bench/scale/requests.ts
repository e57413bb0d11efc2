import type { Pool } from '../../../src/database/open.ts'
import type { Fragment } from '../../../src/database/sql.ts'

/** A condition on f (frames) in plain SQL, starting with `and`; what it asks is what a request asks. */
export type Condition = (sql: Pool) => Fragment

/** A request, and what plain SQL it is to be compared with. */
export type Request =
  | { kind: 'detail'; path: string; id: number }
  | { kind: 'list'; path: string; where: Condition; limit: number; offset: number }
  /** A page by cursor: the second one, `path` asks for the first. */
  | { kind: 'walk'; path: string; order: Condition; limit: number }
  | { kind: 'aggregate'; path: string; where: Condition }

export interface Scenario {
  name: string
  requests: Request[]
}

export const everything: Condition = (sql) => sql``

const queryOf = (parameters: readonly (readonly [string, string | number])[]): string => {
  const text = new URLSearchParams(parameters.map(([name, value]) => [name, String(value)])).toString()
  return text && `?${text}`
}

/** A list by these parameters; limit and offset are those among them. */
export function list(where: Condition, ...parameters: (readonly [string, string | number])[]): Request {
  const given = new Map(parameters)
  const path = `/frames/${queryOf(parameters)}`
  return {
    kind: 'list',
    path,
    where,
    limit: Number(given.get('limit') ?? 100),
    offset: Number(given.get('offset') ?? 0),
  }
}

/** Values between times, the first included and the second not. */
export function aggregate(start: string, end: string, ...parameters: (readonly [string, string])[]): Request {
  const where: Condition = (sql) => sql`and f.observation_date >= ${start} and f.observation_date < ${end}`
  return {
    kind: 'aggregate',
    path: `/frames/aggregate/${queryOf([['start', start], ['end', end], ['public', 'true'], ...parameters])}`,
    where,
  }
}

/** The second page of 100 in an ordering. */
export function walk(ordering: string, order: Condition): Request {
  const path = `/frames/${queryOf([
    ['pagination_style', 'cursor'],
    ['ordering', ordering],
  ])}`
  return { kind: 'walk', path, order, limit: 100 }
}
