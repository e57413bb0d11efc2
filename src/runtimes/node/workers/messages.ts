import type { Measure } from '../metrics/measures.ts'

/** What a worker process wants of the cache that the first process keeps for all. */
export type CacheRequest =
  | { do: 'get'; key: string }
  | { do: 'set'; key: string; value: unknown; seconds: number }
  | { do: 'delete'; key: string }
  /** At least `wanted` counts; more of them while the counter is far below `limit`. */
  | { do: 'count'; key: string; seconds: number; wanted: number; limit: number | null }
  | { do: 'uncount'; key: string }

/** The answer: what was found, if anything, or the counts from `first` to `last`. */
export interface CacheAnswer {
  value?: unknown
  first?: number
  last?: number
  /** Unix time in milliseconds at which it is no longer true. */
  expires?: number
}

/** What a worker process tells the first. */
export type FromWorker =
  /** It listens to messages: Node loses those that come before. */
  | { kind: 'here' }
  | { kind: 'ready'; port: number }
  | { kind: 'failed'; reason: string }
  /** It takes no more connections. */
  | { kind: 'stopping' }
  | { kind: 'cache'; id: number; request: CacheRequest }
  | { kind: 'forgotten'; id: number }
  /** It wants what all have measured. */
  | { kind: 'gather'; id: number }
  | { kind: 'measured'; id: number; measures: Measure[] }

/** What it is told. */
export type ToWorker =
  | { kind: 'stop' }
  | { kind: 'cache'; id: number; answer: CacheAnswer }
  /** What another has changed. */
  | { kind: 'forget'; id: number; key: string }
  /** It is to say what it has measured. */
  | { kind: 'measure'; id: number }
  | { kind: 'gathered'; id: number; measures: Measure[] }

/** Which of how many worker processes one is: from 1. */
export interface Place {
  number: number
  of: number
}

/** A place as it stands on the command line of a worker process. */
export const formatPlace = ({ number, of }: Place): string => `${number}/${of}`

/** A place from the command line; null: it is none. */
export function parsePlace(text: string): Place | null {
  const [, number, of] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? []
  return number === undefined ? null : { number: Number(number), of: Number(of) }
}
