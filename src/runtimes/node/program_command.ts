/** The command that runs this program on its runtime, for a person to add arguments to. */
export function programCommand(): string {
  const { bun, deno } = process.versions
  const runtime = bun ? 'bun' : deno ? 'deno run -A' : 'node'
  return `${runtime} '${process.argv[1]}'`
}
