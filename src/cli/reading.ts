import { UsageError } from './command.ts'
import { parseBytes } from './sizes.ts'

export { describeFault } from '../files/store/store.ts'

/** Files that a command reads at a time, of `--concurrency`. */
export function parseConcurrency(text: string): number {
  const concurrency = Number(text)
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64)
    throw new UsageError('--concurrency is a number from 1 to 64')
  return concurrency
}

/** Bytes a second, of `--rate`; null: as fast as it goes. */
export const parseRate = (text: string | undefined): number | null =>
  text === undefined ? null : parseBytes(text, '--rate', 'a number of bytes a second, for instance 20M')
