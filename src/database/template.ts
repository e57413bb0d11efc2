/**
 * A query split at its slots: what a tagged template receives, plus the slots' names. Built once,
 * so that the driver caches one entry.
 */
export interface Template<Slot extends string> {
  strings: TemplateStringsArray
  slots: readonly Slot[]
}

/** A template from the texts between the slots, and the slots' names. */
export function template<Slot extends string>(parts: string[], slots: Slot[]): Template<Slot> {
  return { strings: Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray, slots }
}
