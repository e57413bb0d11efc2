import { addToSum } from '../checksum.ts'
import { FitsError } from '../error.ts'
import { paddedLength } from '../header/header.ts'
import type { Source } from '../source.ts'

/** Decoders may look this many bytes past the end of what they asked for. */
const SLACK = 8
/** Least number of bytes to read at a time. */
const AHEAD = 256 * 1024

/**
 * Reads the data unit of one HDU through a sliding window. Given an expected sum, it sums what it
 * reads in order, and `finish` compares: damage that decoders cannot see is noticed.
 */
export class DataReader {
  bytes = new Uint8Array(AHEAD + SLACK)
  view = new DataView(this.bytes.buffer)
  readonly length: number
  private readonly source: Source
  private readonly base: number
  private from = 0
  private to = 0
  private readonly expected: number | undefined
  private ordered = true
  private sum = 0

  /**
   * @param base byte offset of the data unit in the source
   * @param length its bytes, without padding
   * @param expected its DATASUM, modulo 2^32 - 1; without it nothing is summed
   */
  constructor(source: Source, base: number, length: number, expected?: number) {
    this.source = source
    this.base = base
    this.length = length
    this.expected = expected
    source.advance?.(base, base + paddedLength(length))
  }

  /**
   * The index in `bytes` of byte `position` of the data unit, or -1 unless all `length` bytes are
   * there.
   */
  find(position: number, length: number): number {
    return position >= this.from && position + length <= this.to ? position - this.from : -1
  }

  /** As `find`, after reading what is missing. @throws FitsError if the file ends before */
  async load(position: number, length: number): Promise<number> {
    const found = this.find(position, length)
    if (found >= 0) return found
    if (position < this.from || position > this.to + AHEAD) {
      // read out of order: skipped bytes would never be summed
      this.ordered = false
      this.from = position
      this.to = position
    }
    const whole = paddedLength(this.length)
    const kept = Math.min(position, this.to)
    const end = Math.min(Math.max(position + length, kept + AHEAD), whole)
    const window = this.bytes.length - SLACK < end - kept ? new Uint8Array(end - kept + SLACK) : this.bytes
    const left = this.to - kept
    if (window === this.bytes) window.copyWithin(0, kept - this.from, this.to - this.from)
    else window.set(this.bytes.subarray(kept - this.from, this.to - this.from))
    if (window !== this.bytes) {
      this.bytes = window
      this.view = new DataView(window.buffer)
    }
    this.from = kept
    const fresh = await this.source.read(this.base + this.to, end - this.to)
    if (fresh.length < end - this.to)
      throw new FitsError(`the file was cut off: ${end - this.to - fresh.length} bytes of a data unit are missing`)
    window.set(fresh, left)
    if (this.ordered && this.expected !== undefined)
      this.sum = addToSum(this.sum, window, left, left + fresh.length, this.to)
    this.to = end
    return this.find(position, length)
  }

  /** A copy of some bytes, which outlives the window. */
  async copy(position: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const part = Math.min(length - at, AHEAD)
      const found = await this.load(position + at, part)
      out.set(this.bytes.subarray(found, found + part), at)
      at += part
    }
    return out
  }

  /** Promises that nothing before `position` will be read again. */
  release(position: number): void {
    this.source.advance?.(this.base + Math.min(position, this.to), this.base + paddedLength(this.length))
  }

  /** Reads the data unit to its end; false if all of it was read in order and the sum differs. */
  async finish(): Promise<boolean> {
    if (!this.ordered || this.expected === undefined) return true
    for (const whole = paddedLength(this.length); this.to < whole; )
      await this.load(this.to, Math.min(AHEAD, whole - this.to))
    return this.sum === this.expected
  }
}
