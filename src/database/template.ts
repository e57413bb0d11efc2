/** A query split at its slots: what a tagged template gets, with the slots' names. Built once, so that the driver's cache holds one entry. */
export interface Template<Slot extends string> {
  strings: TemplateStringsArray
  slots: readonly Slot[]
}

export function template<Slot extends string>(parts: string[], slots: Slot[]): Template<Slot> {
  return { strings: Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray, slots }
}
