import { type Ask, addressOf, ask, type Connection, nameOf, readJson, urlOf } from './connection.ts'
import { ArchiveError } from './error.ts'
import type { Item, ListPath, Query } from './records.ts'

/** How a list is read. */
export interface ListOptions {
  signal?: AbortSignal
}

interface Page<T> {
  results: T[]
  next?: string | null
}

/**
 * All items of a list, page after page; each page is asked for when the one before has been used up.
 * Frames come by cursor, which costs the same at any depth and shows each frame once however many
 * come in meanwhile, unless the query asks for a page by number or goes by distance.
 * @param query filters as an object, the text of a query, or the address of any page of the list
 */
export async function* listAll<Path extends ListPath>(
  connection: Connection,
  path: Path,
  query: Query<Path> = {} as Query<Path>,
  { signal }: ListOptions = {},
): AsyncGenerator<Item<Path>, void, undefined> {
  let search: string | null = firstSearch(path, query)
  while (search !== null) {
    const asked: Ask = { url: urlOf(connection, path) + search, signal }
    const page: Page<Item<Path>> = readJson(asked, await ask(connection, asked))
    if (!Array.isArray(page?.results)) throw new ArchiveError(nameOf(asked), 'what answers is no page of a list')
    yield* page.results
    // of the address only the query: behind a proxy that is configured wrong it names another host
    const next = page.next ? addressOf(nameOf(asked), page.next, connection.root).search : null
    if (next === search) throw new ArchiveError(nameOf(asked), 'the next page of the list is the same page again')
    search = next
  }
}

function firstSearch(path: ListPath, query: Query<ListPath>): string {
  const search = typeof query === 'string' ? new URLSearchParams(queryIn(query)) : searchOf(query)
  const isPlaced = search.has('offset') || search.has('pagination_style') || search.has('cursor')
  const byDistance = /(^|,)-?distance(,|$)/.test(search.get('ordering') ?? '')
  if (path === '/frames/' && !isPlaced && !byDistance) search.set('pagination_style', 'cursor')
  return search.size ? `?${search}` : ''
}

/** The query of an address, or of a text that is a query. */
const queryIn = (text: string): string => text.replace(/^[^?]*\?/, '').replace(/#.*/, '')

function searchOf(query: Exclude<Query<ListPath>, string>): URLSearchParams {
  if (query instanceof URLSearchParams) return new URLSearchParams(query)
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) search.append(name, String(each))
  return search
}
