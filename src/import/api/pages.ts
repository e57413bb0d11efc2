import { Fatal } from '../../ingest/deliver/faults.ts'
import { type Batch, isReadable, type Place, type SourceFrame, type Unreadable, type Walk } from '../source.ts'
import { readFrame } from '../wire.ts'
import { type Asking, notAnArchive, readPage, SourceRefusal } from './asking.ts'

/** What an archive was found to understand. */
export interface Abilities {
  /** Filters on ids and on when a frame was modified, and pages without a count. */
  byId: boolean
}

/** Frames of a page: few enough that what a broken-off run does again is soon done. */
const PAGE = 500
const FAR_FUTURE = '9990-01-01T00:00:00'
const BEYOND = Number.MAX_SAFE_INTEGER

/** Finds out what it understands: unknown parameters are ignored, so that frames come all the same. */
export async function probe(asking: Asking, signal: AbortSignal): Promise<Abilities> {
  const ask = async (query: string) =>
    readPage(asking.name, (await asking.get(`frames/?limit=1&include_related_frames=false&${query}`, signal)).text)
  if ((await ask('ordering=id')).results.length === 0) return { byId: false }
  const byId = (await ask(`pagination_style=cursor&ordering=id&id__gt=${BEYOND}`)).results.length === 0
  return { byId: byId && (await ask(`pagination_style=cursor&modified_after=${FAR_FUTURE}`)).results.length === 0 }
}

/** The pages of an archive, by ascending id. */
export function walkPages(
  asking: Asking,
  { byId }: Abilities,
  filters: URLSearchParams,
  walk: Walk,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  return byId ? byIds(asking, filters, walk, signal) : byOffsets(asking, filters, walk.after, signal)
}

/** The query of a page. */
function queryOf(filters: URLSearchParams, more: Record<string, string | number>): string {
  const query = new URLSearchParams(filters)
  for (const [name, value] of Object.entries({ ordering: 'id', include_thumbnails: 'true', ...more }))
    query.append(name, String(value))
  return `frames/?${query}`
}

async function* byIds(
  asking: Asking,
  filters: URLSearchParams,
  { after, since }: Walk,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  let place = after
  for (;;) {
    const more = { limit: PAGE, pagination_style: 'cursor', id__gt: place.id, ...(since && { modified_after: since }) }
    const { results, next } = readPage(asking.name, (await asking.get(queryOf(filters, more), signal)).text)
    if (results.length === 0) return
    const frames = results.map(readFrame)
    place = placeAfter(asking, place, frames)
    yield { frames, place }
    if (typeof next !== 'string') return
  }
}

/**
 * By limit and offset, which is all that the reference knows. Each page begins with the last frame of
 * the one before: where it does not, frames were removed meanwhile, and the place is looked for anew.
 */
async function* byOffsets(
  asking: Asking,
  filters: URLSearchParams,
  after: Place,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  const pageAt = (offset: number, limit: number) => pageOf(asking, filters, offset, limit, signal)
  let place = after
  for (;;) {
    const overlap = place.offset > 0 ? 1 : 0
    let page = await pageAt(place.offset - overlap, PAGE)
    if (overlap && page[0]?.id !== place.id) {
      place = { id: place.id, offset: await offsetAfter(place, pageAt) }
      page = await pageAt(place.offset, PAGE)
    } else page = page.slice(overlap)
    if (page.length === 0) return
    const frames = page.filter((frame) => frame.id === null || frame.id > place.id)
    const end = placeAfter(asking, place, frames)
    place = { id: end.id, offset: place.offset + page.length }
    yield { frames, place }
  }
}

/** How many frames have an id up to that of the place: found by halves. */
async function offsetAfter(
  { id, offset }: Place,
  pageAt: (offset: number, limit: number) => Promise<(SourceFrame | Unreadable)[]>,
): Promise<number> {
  const isBehind = async (at: number): Promise<boolean> => {
    const [frame] = await pageAt(at, 1)
    return !frame || (frame.id ?? BEYOND) > id
  }
  let [low, high] = [0, offset]
  // more than there were have a lower id only where frames became visible meanwhile
  for (let step = 1; !(await isBehind(high)); step *= 2) [low, high] = [high + 1, high + step]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (await isBehind(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * A page. One bad row makes an error of a whole page of the reference: it is halved until that row is
 * alone, and the others are there.
 */
async function pageOf(
  asking: Asking,
  filters: URLSearchParams,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<(SourceFrame | Unreadable)[]> {
  try {
    const { text } = await asking.get(queryOf(filters, { limit, offset }), signal)
    return readPage(asking.name, text).results.map(readFrame)
  } catch (error) {
    if (!(error instanceof SourceRefusal)) throw error
    if (error.status === 404) throw notAnArchive(asking.name, error.message)
    if (error.status < 500) throw new Fatal(error.message)
    if (limit === 1) return [{ id: null, basename: null, reason: `frame ${offset} by id: ${error.message}` }]
    const half = Math.ceil(limit / 2)
    const first = await pageOf(asking, filters, offset, half, signal)
    return first.length < half
      ? first
      : [...first, ...(await pageOf(asking, filters, offset + half, limit - half, signal))]
  }
}

/** The place after some frames. @throws Fatal where they do not come by id: then it could not be gone on with */
function placeAfter({ name }: Asking, before: Place, frames: readonly (SourceFrame | Unreadable)[]): Place {
  let { id } = before
  for (const frame of frames) {
    if (frame.id === null) continue
    if (frame.id <= id) throw new Fatal(`${name} does not give frames by their ids, as ordering=id asks for`)
    id = frame.id
  }
  return { id, offset: before.offset + frames.filter(isReadable).length }
}
