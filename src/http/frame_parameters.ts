import { byParameter, type Filter } from '../schemas/filters.ts'
import { queryList } from '../schemas/query_values.ts'
import { Refusal } from '../schemas/values.ts'
import type { Services } from '../services.ts'
import { isFalse, isTrue, lenient, type Parameter, parameter, repeatable, type Values } from './parameters.ts'

/** What is shown of a frame. */
export const frameParts = {
  include_related_frames: lenient(
    { type: 'boolean', description: 'false: leave the ids of related frames out.', example: false },
    (text) => !isFalse(text),
  ),
  include_thumbnails: lenient(
    { type: 'boolean', description: "true: add each frame's thumbnails.", example: true },
    isTrue,
  ),
  include_modified: lenient(
    { type: 'boolean', description: 'true: say of each frame when it was last modified.', example: true },
    isTrue,
  ),
}

/** The same as the queries of frames take it. */
export const partsOf = (given: Values<typeof frameParts>) => ({
  related: given.include_related_frames,
  thumbnails: given.include_thumbnails,
  modified: given.include_modified,
})

/** The filters of frames as parameters, old names and new. */
export const frameFilters: Record<string, Parameter> = Object.fromEntries(
  [...byParameter].map(([name, filter]) => [name, filterParameter(name, filter)]),
)

function filterParameter(
  as: string,
  { name, type, format, repeatable: several, list, parse, ...filter }: Filter,
): Parameter {
  const isOlder = as !== name && as !== 'DATE_OBS' && as !== 'L1PUBDAT'
  const about = {
    description: isOlder ? `${filter.description} The older name of \`${name}\`: use that.` : filter.description,
    example: filter.example,
    ...(isOlder && { deprecated: true as const }),
  }
  if (list) return repeatable(about, (texts) => queryList(texts, (text) => parse(text, [])))
  if (!several) return parameter({ type, format, ...about }, (text) => parse(text, []))
  const parseAll = async (texts: readonly string[], { configurationTypes, request }: Services): Promise<unknown> => {
    const types = await configurationTypes.known(request)
    const parsed = texts.map((text) => parse(text, types))
    return parsed.find((value) => value instanceof Refusal) ?? [...new Set(parsed)].toSorted()
  }
  return repeatable(about, (texts, services) => (texts.length === 0 ? undefined : parseAll(texts, services)))
}
