import { addWords } from '../checksum.ts'
import { FitsError } from '../error.ts'
import { padded } from '../header/header.ts'
import type { Source } from '../source.ts'

/** Bytes beyond the end of what was asked for that decoders may look at. */
const SLACK = 8
/** What is read at a time, at least. */
const AHEAD = 256 * 1024

/**
 * Reads the data unit of one HDU through a window. Where a sum is expected the window's bytes are summed as long as they
 * are read in order, and `finish` compares: so what no decoder can see is noticed.
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
   * @param base where the data unit begins in the source; @param length its bytes, without padding
   * @param expected the sum of its data, modulo 2^32 - 1; without one nothing is summed
   */
  constructor(source: Source, base: number, length: number, expected?: number) {
    this.source = source
    this.base = base
    this.length = length
    this.expected = expected
    source.advance?.(base, base + padded(length))
  }

  /** Where in `bytes` the byte `position` of the data unit is, if all of `length` bytes from there on are; else -1. */
  find(position: number, length: number): number {
    return position >= this.from && position + length <= this.to ? position - this.from : -1
  }

  /** As `find`, after reading what is missing. @throws FitsError when the file ends before */
  async load(position: number, length: number): Promise<number> {
    const found = this.find(position, length)
    if (found >= 0) return found
    if (position < this.from || position > this.to + AHEAD) {
      // out of order: what was left out is never summed
      this.ordered = false
      this.from = position
      this.to = position
    }
    const whole = padded(this.length)
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
      this.sum = addWords(this.sum, window, left, left + fresh.length, this.to)
    this.to = end
    return this.find(position, length)
  }

  /** Bytes of their own, for what outlives the window. */
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

  /** Bytes before `position` are not read any more. */
  release(position: number): void {
    this.source.advance?.(this.base + Math.min(position, this.to), this.base + padded(this.length))
  }

  /** Reads what was not needed to the end; false: the data were read in order and have another sum than is expected. */
  async finish(): Promise<boolean> {
    if (!this.ordered || this.expected === undefined) return true
    for (const whole = padded(this.length); this.to < whole; )
      await this.load(this.to, Math.min(AHEAD, whole - this.to))
    return this.sum === this.expected
  }
}
