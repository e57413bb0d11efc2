import { FitsError } from './error.ts'
import { type Header, padded } from './header.ts'
import type { Source } from './source.ts'

/** Bytes beyond the end of what was asked for that decoders may look at. */
const SLACK = 8
/** What is read at a time, at least. */
const AHEAD = 256 * 1024

/**
 * Reads the data unit of one HDU through a window. As long as it is read in order the window's bytes are summed, and
 * `finish` compares the sum with the header's DATASUM, so that damage which no decoder can see is noticed.
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

  /** @param base where the data unit begins in the source; @param length its bytes, without padding */
  constructor(source: Source, base: number, length: number, header: Header) {
    this.source = source
    this.base = base
    this.length = length
    const declared = header.get('DATASUM')
    const text = typeof declared === 'string' ? declared.trim() : ''
    this.expected = /^\d{1,10}$/.test(text) ? Number(text) : undefined
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
    if (this.ordered && this.expected !== undefined) this.add(window, left, left + fresh.length, this.to)
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

  /** Reads what was not needed to the end, and checks the sum. @throws FitsError when it is another */
  async finish(): Promise<void> {
    if (!this.ordered || this.expected === undefined) return
    for (const whole = padded(this.length); this.to < whole; )
      await this.load(this.to, Math.min(AHEAD, whole - this.to))
    if (this.sum !== this.expected % 0xffffffff)
      throw new FitsError('the file is damaged: the data of an HDU do not have the sum that its DATASUM declares')
  }

  /** The 32-bit ones' complement sum (FITS 4.0 appendix J): big-endian words, that is modulo 2^32 - 1. */
  private add(bytes: Uint8Array, start: number, end: number, position: number): void {
    const view = new DataView(bytes.buffer)
    let sum = 0
    let i = start
    for (; i < end && (position + i - start) % 4; i++) sum += bytes[i]! * 2 ** (24 - 8 * ((position + i - start) % 4))
    while (i + 4 <= end) {
      // so many words of 32 bits are added exactly
      const stop = Math.min(end - 3, i + 2 ** 20)
      for (; i < stop; i += 4) sum += view.getUint32(i)
      sum %= 0xffffffff
    }
    for (let k = 0; i < end; i++, k++) sum += bytes[i]! * 2 ** (24 - 8 * k)
    this.sum = (this.sum + sum) % 0xffffffff
  }
}
