import type { QueryLimits } from './types.ts'

/** Milliseconds that a step may still take: Infinity without a limit, 0 or less when it is too late. */
export const timeLeft = ({ deadlineMs, until }: QueryLimits): number =>
  Math.min(
    deadlineMs ?? Number.POSITIVE_INFINITY,
    until === undefined ? Number.POSITIVE_INFINITY : until - performance.now(),
  )
