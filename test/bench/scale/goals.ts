/**
 * What is asked of a scenario, in requests a second: measured with 2 million frames, 2 cores and 8 connections, PostgreSQL 15 with 4 GB of
 * buffers on the same machine.
 */
export interface Goal {
  /** What the reference archive reaches; the higher of its figures counts. */
  reference: readonly number[]
  goal: number
  /** What pgbench got for the bare SQL where the goal was set. */
  pgbench?: number
}

/** How many frames the figures of GOALS are for. */
export const GOALS_FRAMES = 2_000_000

export const GOALS: Record<string, Goal> = {
  detail: { reference: [28, 61], goal: 14_000, pgbench: 42_300 },
  'first page of 100': { reference: [2.5], goal: 800, pgbench: 2450 },
  'page of 10': { reference: [2.6, 5.6], goal: 5600, pgbench: 16_900 },
  'one request id': { reference: [6, 36], goal: 1800 },
  'a night at a site': { reference: [7, 12], goal: 600 },
  'a week of a proposal': { reference: [24, 35], goal: 1750 },
  'covers a point': { reference: [28, 42], goal: 765, pgbench: 1530 },
  'intersects a square degree': { reference: [13, 22], goal: 1100 },
  'exact name': { reference: [72, 124], goal: 6200 },
  'name contains': { reference: [0.4, 1.1], goal: 55 },
  'target contains': { reference: [0, 2.7], goal: 135 },
  'site only': { reference: [1.9, 7.9], goal: 400 },
  'deep offset': { reference: [1.8, 3], goal: 150 },
  'aggregate a month': { reference: [23, 56], goal: 2800 },
  'aggregate a year': { reference: [5, 9], goal: 450 },
}

const REQUIRED_TIMES = 50

export const highest = ({ reference }: Goal): number => Math.max(...reference)

/** The least that is required: 50 times the reference, or the goal where that is less. */
export const required = (goal: Goal): number => Math.min(REQUIRED_TIMES * highest(goal), goal.goal)

/**
 * Whether a requirement is met: `yes` by the figure itself; `by ratio` on a machine that is slower than the one of the figures, where
 * the archive gets of this machine's pgbench the share that the requirement was of that one's; `no` otherwise.
 */
export function isMet(goal: Goal, perSecond: number, pgbench: number): 'yes' | 'by ratio' | 'no' {
  if (perSecond >= required(goal)) return 'yes'
  return goal.pgbench !== undefined && perSecond / pgbench >= required(goal) / goal.pgbench ? 'by ratio' : 'no'
}
