import { ArchiveError } from '../errors.ts'
import { tooMuchJson } from '../schemas/json_text.ts'

const MAX_FIELDS = 10_000
/** Longer names are not taken apart: no field of ours is that long. */
const MAX_NAME = 200
const NAME = /^([^[\].]+)(?:\[(\d{1,4})\])?\.?([^[\].]+)?$/

/** The fields that a JSON body gives as objects: a form holds their JSON text. */
const JSON_FIELDS = new Set(['headers', 'area'])

type Members = Record<string, unknown>

/**
 * The fields of a form as one nested value, and as JSON: `a[0]`, `a[0]b`, `a[0].b` and `a.b` nest,
 * and a repeated key is a list.
 */
export function nest(entries: readonly (readonly [string, string])[]): { value: Members; json: string } {
  if (entries.length > MAX_FIELDS) throw new ArchiveError('bad_body', `A form may have ${MAX_FIELDS} fields at most.`)
  const root: Members = Object.create(null)
  const lists = new Map<string, unknown[]>()
  const objects = new Map<string, Members>()
  const jsonTexts = new Map<string, { value: unknown; json: string }>()
  const listOf = (name: string, first: unknown[]): unknown[] => {
    const list = lists.get(name) ?? first
    lists.set(name, list)
    root[name] = list
    return list
  }
  /** The object of `a.b` (name `a`) or `a[0]b` (name `a[0]`). */
  const objectOf = (name: string): Members => {
    const object = objects.get(name) ?? (Object.create(null) as Members)
    objects.set(name, object)
    return object
  }
  for (const [name, text] of entries) {
    const [, head = name, index, rest] = (name.length <= MAX_NAME && NAME.exec(name)) || []
    if (index !== undefined)
      listOf(head, [])[Number(index)] =
        rest === undefined ? text : Object.assign(objectOf(`${head}[${index}]`), { [rest]: text })
    else if (rest !== undefined) root[head] = Object.assign(objectOf(head), { [rest]: text })
    else if (head in root) listOf(head, [root[head]]).push(text)
    else if (JSON_FIELDS.has(head)) {
      const parsed = parseJsonText(text)
      root[head] = parsed.value
      jsonTexts.set(head, parsed)
    } else root[head] = text
  }
  for (const [name, list] of lists) root[name] = list.filter((v) => v !== undefined)
  const jsonOf = (name: string, value: unknown): string => {
    const sent = jsonTexts.get(name)
    return sent && sent.value === value ? sent.json : JSON.stringify(value)
  }
  const members = Object.entries(root).map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(name, value)}`)
  return { value: root, json: `{${members.join(',')}}` }
}

/** The value of a JSON text; any other text (WKT, say) is left for its field to check. */
function parseJsonText(text: string): { value: unknown; json: string } {
  try {
    if (tooMuchJson(text) === null) return { value: JSON.parse(text), json: text }
  } catch {
    // not JSON
  }
  return { value: text, json: JSON.stringify(text) }
}
