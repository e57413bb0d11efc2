/** A pattern for paths: `*` and `?` within a name, `[a-z]` and `[!a-z]`, `{a,b}`, and `**` for folders at any depth. */
export interface Glob {
  /** The folder that all of its matches lie in; it holds no pattern. */
  base: string
  /** Where a walk from the base begins. */
  start: GlobState
}

/** How far a path has matched: for each alternative of the braces, the segments that may come next. */
export type GlobState = readonly (readonly Segment[])[]

type Segment = RegExp | '**'

export const isGlob = (path: string): boolean => /[*?[{]/.test(path)

/** Takes a pattern apart. */
export function parseGlob(pattern: string): Glob {
  const segments = pattern.split('/')
  const first = segments.findIndex(isGlob)
  const base = segments.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.')
  const rest = alternatives(segments.slice(first).join('/'))
  return {
    base,
    start: rest.map((text) =>
      text
        .split('/')
        .filter((name) => name && name !== '.')
        .map(segmentOf),
    ),
  }
}

/** What remains to be matched below a folder of this name; empty: nothing below it can match. */
export function step(state: GlobState, name: string): GlobState {
  return state.flatMap((segments) => after(segments, name)).filter(distinct)
}

/** Whether a path that led to this state matches as it is. */
export const isWhole = (state: GlobState): boolean =>
  state.some((segments) => segments.every((segment) => segment === '**'))

function after(segments: readonly Segment[], name: string): (readonly Segment[])[] {
  const [first, ...rest] = segments
  if (first === undefined) return []
  if (first !== '**') return first.test(name) ? [rest] : []
  // as in shells, hidden folders have to be named
  return [...(name.startsWith('.') ? [] : [segments]), ...after(rest, name)]
}

/** Tails of one pattern are as long as they are equal. */
const distinct = (segments: readonly Segment[], at: number, all: GlobState): boolean =>
  all.findIndex((other) => other.length === segments.length && other.every((one, i) => one === segments[i])) === at

/** The texts that braces stand for, the innermost first. */
function alternatives(text: string): string[] {
  const found = /\{([^{}]*,[^{}]*)\}/.exec(text)
  if (!found) return [text]
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + found[0].length)]
  return found[1]!.split(',').flatMap((one) => alternatives(before + one + after))
}

function segmentOf(text: string): Segment {
  if (text === '**') return '**'
  const hidden = text.startsWith('.') ? '' : '(?!\\.)'
  const body = text.replace(/\[([!^]?)([^\]]+)\]|[\s\S]/gu, (one, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`
    if (one === '*') return '[^]*'
    return one === '?' ? '[^]' : one.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  })
  try {
    return new RegExp(`^${hidden}${body}$`, 'u')
  } catch {
    // a set that runs backwards, as [z-a], matches nothing
    return /[^\s\S]/
  }
}
