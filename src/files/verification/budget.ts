/** How many bytes may be read in a run. */
export interface Budget {
  /** Takes so many off what is left; false: there is not that much left. */
  take(bytes: number): boolean
}

/**
 * A budget of so many bytes; null: any number. The first file is read whatever its size, so that
 * one that is larger is read some day.
 */
export function budgetOf(bytes: number | null): Budget {
  let left = bytes ?? Number.POSITIVE_INFINITY
  let hasBegun = false
  return {
    take(more) {
      if (hasBegun && more > left) return false
      hasBegun = true
      left -= more
      return true
    },
  }
}
