/** A real number, where JSON has to show that it is one: `12.0`, not `12`. */
export class Real {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** The value of a keyword: a whole number that JavaScript cannot hold exactly is a bigint; null: the card has no value. */
export type HeaderValue = string | boolean | number | bigint | Real | null

/** Keyword to value, in the order of the header. */
export type HeaderDict = Map<string, HeaderValue>

/** A whole number out of its digits, which may have a sign. */
export function wholeNumber(digits: string): number | bigint {
  const value = Number(digits) + 0 // -0 is 0
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace('+', ''))
}

/** Whether two values are the same in kind and in value: 1 and 1.0 are not. */
export function sameValue(a: HeaderValue, b: HeaderValue): boolean {
  return a instanceof Real && b instanceof Real ? Object.is(a.value, b.value) : a === b
}
