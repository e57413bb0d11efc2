import { describeError, Stopped } from '../ingest/deliver/faults.ts'
import { isReadable, type SourceFrame, START, type Unreadable } from './source.ts'
import type { Import } from './take_over.ts'
import type { FrameHere } from './target/target.ts'
import { canonicalTime, differingColumns, differingHeaders } from './wire.ts'

/** One thing that source and archive do not have alike. */
export interface Difference {
  basename: string | null
  /** A column, `version`, `key`, `created`, `headers.KEYWORD`, `related`, `thumbnail`, `size`; `frame`: all of it. */
  field: string
  source: unknown
  here: unknown
}

export interface Verifying {
  /** Frames to be compared at most; null: all. */
  limit: number | null
  signal: AbortSignal
  /** Told of each frame, with what differs. */
  report(basename: string | null, differences: Difference[]): Promise<void>
}

/**
 * Compares the frames of the source with those here, one by one, in all that the source shows of them.
 * Unless it is limited, frames that are here alone are told of as well: they were deleted at the
 * source, or never came from it.
 * @returns whether it came to its end
 */
export async function verifyImport(run: Import, { limit, signal, report }: Verifying): Promise<boolean> {
  const { source, target } = run
  const seen = seenNames()
  let left = limit ?? Number.POSITIVE_INFINITY
  try {
    return await all()
  } catch (error) {
    if (error instanceof Stopped || signal.aborted) return false
    throw error
  }

  async function all(): Promise<boolean> {
    for await (const { frames } of source.walk({ after: START, since: null }, signal)) {
      const some = frames.slice(0, left)
      left -= some.length
      const readable = some.filter(isReadable)
      const here = await run.targetService.persist(signal, () => target.find(readable))
      await Promise.all(
        some.map(async (frame) => {
          const differences = await compare(run, frame, here, signal)
          if (frame.basename !== null) seen.add(frame.basename)
          await report(frame.basename, differences)
        }),
      )
      if (signal.aborted) return false
      if (left <= 0) return true
    }
    for await (const { frames } of target.walk(signal))
      for (const { basename, id } of frames)
        if (basename !== null && !seen.has(basename))
          await report(basename, [{ basename, field: 'frame', source: null, here: id }])
    return !signal.aborted
  }
}

async function compare(
  run: Import,
  frame: SourceFrame | Unreadable,
  all: ReadonlyMap<string, FrameHere>,
  signal: AbortSignal,
): Promise<Difference[]> {
  const { basename } = frame
  if (!isReadable(frame)) return [{ basename, field: 'frame', source: frame.reason, here: null }]
  const here = all.get(frame.basename)
  if (!here) return [{ basename, field: 'frame', source: frame.id, here: null }]
  const { source, target, targetService } = run
  const found = [
    ...differingColumns(frame.columns, here.columns).map((name) => ({
      field: name,
      source: frame.columns[name] ?? null,
      here: here.columns[name] ?? null,
    })),
    ...differingVersions(run, frame, here),
    ...differingThumbnails(frame, here),
  ]
  try {
    const [details, { headers, related }] = await Promise.all([
      source.details(frame, signal),
      targetService.persist(signal, () => target.details(here.id)),
    ])
    const [theirs, ours] = [JSON.parse(details.headers), JSON.parse(headers)]
    for (const name of differingHeaders(details.headers, headers))
      found.push({ field: `headers.${name}`, source: theirs[name], here: ours[name] })
    const missing = details.listed.filter((name) => !related.includes(name))
    const others = related.filter((name) => !details.related.includes(name))
    if (missing.length || others.length) found.push({ field: 'related', source: missing, here: others })
  } catch (error) {
    if (signal.aborted) return []
    found.push({ field: 'frame', source: describeError(error), here: here.id })
  }
  return found.map((difference) => ({ basename, ...difference }))
}

type Found = Omit<Difference, 'basename'>

/** Versions are compared by their contents; by their order, which says which is the file; and by what is known of them. */
function differingVersions({ target, files, versions }: Import, frame: SourceFrame, here: FrameHere): Found[] {
  const wanted = versions === 'newest' ? frame.versions.slice(0, 1) : frame.versions
  const found: Found[] = []
  const ours = new Map(here.versions.map((version) => [version.md5, version]))
  for (const version of wanted) {
    const same = ours.get(version.md5)
    if (!same) {
      found.push({ field: 'version', source: version.md5, here: null })
      continue
    }
    const pairs: [field: string, source: unknown, here: unknown][] = [['extension', version.extension, same.extension]]
    if (files === 'none') pairs.push(['key', version.key, same.key])
    if (target.keepsTimes) pairs.push(['created', canonicalTime(version.created), canonicalTime(same.created)])
    for (const [field, theirs, own] of pairs) if (theirs !== own) found.push({ field, source: theirs, here: own })
  }
  const [newest, ownNewest] = [wanted[0]?.md5, here.versions[0]?.md5]
  if (newest !== undefined && ours.has(newest) && newest !== ownNewest)
    found.push({ field: 'newest version', source: newest, here: ownNewest })
  if (versions === 'all')
    for (const { md5 } of here.versions)
      if (!wanted.some((version) => version.md5 === md5)) found.push({ field: 'version', source: null, here: md5 })
  return found
}

function differingThumbnails(frame: SourceFrame, here: FrameHere): Found[] {
  const text = ({ basename, size, extension }: SourceFrame['thumbnails'][number]) => `${basename}${extension} (${size})`
  const [theirs, ours] = [frame.thumbnails.map(text), here.thumbnails.map(text)]
  return [
    ...theirs.filter((one) => !ours.includes(one)).map((one) => ({ field: 'thumbnail', source: one, here: null })),
    ...ours.filter((one) => !theirs.includes(one)).map((one) => ({ field: 'thumbnail', source: null, here: one })),
  ]
}

/** Names of frames as numbers of 53 bits, of 8 bytes each: those of a hundred million frames can be kept. */
export function seenNames(): { add(name: string): void; has(name: string): boolean } {
  let hashes = new Float64Array(1024)
  let count = 0
  let isSorted = true
  return {
    add(name) {
      if (count === hashes.length) {
        const larger = new Float64Array(2 * count)
        larger.set(hashes)
        hashes = larger
      }
      hashes[count++] = hashOf(name)
      isSorted = false
    },
    has(name) {
      if (!isSorted) hashes = hashes.subarray(0, count).sort()
      isSorted = true
      const wanted = hashOf(name)
      let [low, high] = [0, count]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (hashes[middle]! < wanted) low = middle + 1
        else high = middle
      }
      return hashes[low] === wanted
    },
  }
}

/** Two hashes of FNV-1a, from different beginnings. */
function hashOf(text: string): number {
  let [one, other] = [0x811c9dc5, 0x9e3779b9]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    one = Math.imul(one ^ code, 0x01000193)
    other = Math.imul(other ^ code, 0x01000197)
  }
  return (one >>> 0) * 2 ** 21 + (other >>> 11)
}
