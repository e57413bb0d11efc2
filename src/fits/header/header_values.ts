/** A real number, which JSON has to show as one: `12.0`, not `12`. */
export class Real {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/**
 * A keyword's value: bigint for integers beyond JavaScript's range; null for a card without a
 * value.
 */
export type HeaderValue = string | boolean | number | bigint | Real | null

/** Keyword to value, in the order of the header. */
export type HeaderDict = Map<string, HeaderValue>

/** An integer from its digits, which may have a sign. */
export function parseWholeNumber(digits: string): number | bigint {
  const value = Number(digits) + 0 // -0 is 0
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace('+', ''))
}

/** Whether two values are equal in type and value: 1 and 1.0 are not. */
export function isSameValue(a: HeaderValue, b: HeaderValue): boolean {
  return a instanceof Real && b instanceof Real ? Object.is(a.value, b.value) : a === b
}
