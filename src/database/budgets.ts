import type { TimeBudget } from '../config/config.ts'

/** The database time that callers have left, by name. */
export interface Budgets {
  /** Seconds until one may ask again; 0: now. */
  wait(name: string, budget: TimeBudget): number
  /** Takes what a question cost; one that was quick cost nothing. */
  spend(name: string, budget: TimeBudget, milliseconds: number): void
}

/** Of each question this much is free. */
const FREE_MS = 50
/** Whoever has all of it is forgotten; beyond this many, who has not spent for longest. */
const MAX_NAMES = 10_000

/**
 * Budgets in this process, which fill up evenly. What a question costs is known when it is over, so
 * they may be overdrawn, by their own size at most.
 * @param now the time in milliseconds
 */
export function createBudgets(now: () => number = () => performance.now()): Budgets {
  /** What those who have spent had left, and when. Who has not spent for longest comes first. */
  const spent = new Map<string, { left: number; at: number }>()

  function leftOf(name: string, { amount, seconds }: TimeBudget): number {
    const known = spent.get(name)
    if (!known) return amount
    const left = known.left + ((now() - known.at) / 1000) * (amount / seconds)
    if (left < amount) return left
    spent.delete(name)
    return amount
  }
  return {
    wait(name, budget) {
      const left = leftOf(name, budget)
      return left > 0 ? 0 : Math.floor((-left * budget.seconds) / budget.amount) + 1
    },
    spend(name, budget, milliseconds) {
      if (milliseconds <= FREE_MS) return
      const left = Math.max(-budget.amount, leftOf(name, budget) - (milliseconds - FREE_MS) / 1000)
      spent.delete(name)
      if (spent.size >= MAX_NAMES) spent.delete(spent.keys().next().value!)
      spent.set(name, { left, at: now() })
    },
  }
}
