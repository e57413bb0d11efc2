/** What is asked of a scenario, in requests a second on the machine of MACHINE. */
export interface Goal {
  /** What the reference archive reaches; the higher of its figures counts. */
  reference: readonly number[]
  goal: number
}

/** Where the figures of GOALS were measured: 2 cores, 8 connections, PostgreSQL 15 with 4 GB of buffers on the same machine. */
export const MACHINE = {
  frames: 2_000_000,
  /** How often a second pgbench got a frame's detail there. */
  details: 42_300,
}

export const GOALS: Record<string, Goal> = {
  detail: { reference: [28, 61], goal: 14_000 },
  'first page of 100': { reference: [2.5], goal: 800 },
  'page of 10': { reference: [2.6, 5.6], goal: 5600 },
  'one request id': { reference: [6, 36], goal: 1800 },
  'a night at a site': { reference: [7, 12], goal: 600 },
  'a week of a proposal': { reference: [24, 35], goal: 1750 },
  'covers a point': { reference: [28, 42], goal: 765 },
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
 * Whether a requirement is met: `yes` by the figure itself; `here` by what is left of it on a machine that is so many times as fast as
 * MACHINE, where that is slower or busy with something else; `no` otherwise.
 */
export function isMet(goal: Goal, perSecond: number, machine: number): 'yes' | 'here' | 'no' {
  if (perSecond >= required(goal)) return 'yes'
  return perSecond >= machine * required(goal) ? 'here' : 'no'
}
