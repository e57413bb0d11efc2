import { GOALS, highest, isMet, required } from './goals.ts'
import type { Loaded } from './wrk.ts'

/** What was measured of a scenario: medians of the rounds. */
export interface Measured {
  name: string
  own: Loaded
  /** Requests a second, were there only the database; NaN: the archive asks it nothing. */
  pgbench: number
  ratio: number
  /** How many times as fast as the machine of the goals this one was meanwhile. */
  machine: number
  /** Of an archive with a tenth of the frames, milliseconds. */
  tenth?: { p50: number; growth: number }
  beside?: Loaded & { ratio: number }
}

export interface Columns {
  beside: boolean
  growth: boolean
}

const WIDTH = 10
const row = (name: string, cells: readonly string[]): string =>
  (name.padEnd(34) + cells.map((cell) => cell.padStart(Math.max(WIDTH, cell.length + 2))).join('')).trimEnd()

/** The line above the figures. */
export const heading = ({ beside, growth }: Columns): string =>
  row('', [
    'requests/s',
    'p50 ms',
    'p99 ms',
    'pgbench/s',
    'ratio',
    'machine',
    ...(growth ? ['p50 of N/10', 'growth'] : []),
    ...(beside ? ['beside/s', 'p50 ms', 'p99 ms', 'times'] : []),
    'reference',
    'goal',
    'required',
    'met',
  ])

/** A scenario's figures in a line. */
export function line({ name, own, pgbench, ratio, machine, tenth, beside }: Measured, columns: Columns): string {
  const goal = GOALS[name]
  return row(name, [
    figure(own.perSecond),
    milliseconds(own.p50),
    milliseconds(own.p99),
    figure(pgbench),
    decimals(ratio, 2),
    decimals(machine, 2),
    ...(columns.growth ? [milliseconds(tenth?.p50), decimals(tenth?.growth, 2)] : []),
    ...(columns.beside
      ? [figure(beside?.perSecond), milliseconds(beside?.p50), milliseconds(beside?.p99), decimals(beside?.ratio, 1)]
      : []),
    ...(goal
      ? [figure(highest(goal)), figure(goal.goal), figure(required(goal)), isMet(goal, own.perSecond, machine)]
      : ['', '', '', '']),
  ])
}

const decimals = (n: number | undefined, places: number): string =>
  n === undefined || !Number.isFinite(n) ? '-' : n.toFixed(places)
const figure = (n: number | undefined): string => decimals(n, n !== undefined && n < 100 ? 1 : 0)
const milliseconds = (n: number | undefined): string => decimals(n, n !== undefined && n < 10 ? 2 : 0)
