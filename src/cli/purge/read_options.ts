import { UsageError } from '../command.ts'

/** The options of a command, without their dashes, by how many values each takes. */
export interface OptionKinds<Flag extends string, One extends string, Many extends string> {
  flags: readonly Flag[]
  one: readonly One[]
  /** All values up to the next option are its own. */
  many: readonly Many[]
  /** Options of one letter, and those that they stand for. */
  short?: Readonly<Record<string, One>>
}

/** What a command line gives: an option that is absent was not given. */
export interface ReadOptions<Flag extends string, One extends string, Many extends string> {
  flags: ReadonlySet<Flag>
  one: Partial<Record<One, string>>
  many: Partial<Record<Many, string[]>>
}

/**
 * Reads options of which some take several values after one flag, as `--include-types BIAS DARK`,
 * which Node's parseArgs does not know. `--name=value` gives one value.
 * @throws UsageError for an option that there is not, is given twice, or lacks its value
 */
export function readOptions<Flag extends string, One extends string, Many extends string>(
  args: readonly string[],
  { flags, one, many, short = {} }: OptionKinds<Flag, One, Many>,
): ReadOptions<Flag, One, Many> {
  const read = { flags: new Set<Flag>(), one: {}, many: {} } as {
    flags: Set<Flag>
    one: Partial<Record<One, string>>
    many: Partial<Record<Many, string[]>>
  }
  const isKnown = <Name extends string>(names: readonly Name[], name: string): name is Name =>
    (names as readonly string[]).includes(name)
  for (let at = 0; at < args.length; ) {
    const { name, shown, inline } = split(args[at++]!, short)
    const values = inline === undefined ? [] : [inline]
    if (inline === undefined && !isKnown(flags, name))
      while (at < args.length && !isOption(args[at]!) && (isKnown(many, name) || values.length === 0))
        values.push(args[at++]!)
    if (isKnown(flags, name)) {
      if (inline !== undefined) throw new UsageError(`${shown} takes no value`)
      read.flags.add(name)
    } else if (isKnown(one, name)) {
      if (read.one[name] !== undefined) throw new UsageError(`${shown} is given twice`)
      read.one[name] = requireValues(shown, values)[0]!
    } else if (isKnown(many, name)) {
      if (read.many[name]) throw new UsageError(`${shown} is given twice: put all its values behind one`)
      read.many[name] = requireValues(shown, values)
    } else throw new UsageError(`Unknown option '${shown}'; --help lists the options`)
  }
  return read
}

const isOption = (arg: string): boolean => /^-(-|[a-z]$)/i.test(arg)

function split(
  arg: string,
  short: Readonly<Record<string, string>>,
): { name: string; shown: string; inline: string | undefined } {
  const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? []
  if (name !== undefined) return { name, shown: `--${name}`, inline }
  const letter = /^-([a-z])$/i.exec(arg)?.[1]
  if (letter === undefined) throw new UsageError(`Unexpected argument '${arg}'; --help lists the options`)
  return { name: short[letter] ?? '', shown: arg, inline: undefined }
}

/** An empty value is most often a variable of a script that was not set. */
function requireValues(shown: string, values: readonly string[]): string[] {
  if (values.length === 0 || values.some((value) => value.trim() === '')) throw new UsageError(`${shown} needs a value`)
  return [...values]
}
