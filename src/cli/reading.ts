import { numberOf } from './ingest/options.ts'
import { parseBytes } from './sizes.ts'

export { describeFault } from '../files/store/store.ts'

/** Files that a command reads at a time, of `--concurrency`. */
export const parseConcurrency = (text: string): number => numberOf('concurrency', text, 1, 64, /^\d+$/)

/** Bytes a second, of `--rate`; null: as fast as it goes. */
export const parseRate = (text: string | undefined): number | null =>
  text === undefined ? null : parseBytes(text, '--rate', 'a number of bytes a second, for instance 20M')
