import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dataFile } from '../support/data.ts'

const help = `npm run bench:start: how long platestack takes to start, beside Node's own start

Usage: npm run bench:start -- [PROGRAM] [--rounds N]

Runs commands that need no archive, and node -e 0, in turns. Gives the median of each in milliseconds and, in brackets, the least, which
other programs on the machine disturb less; then what both are beyond Node's.
PROGRAM is another dist/platestack.js to be measured in the same turns, for instance that of the release before.

  --rounds N   runs of each; 25 unless given
`
const FITS = dataFile('fits', 'f32-r.fits.fz')
const COMMANDS: string[][] = [
  ['--version'],
  ['--help'],
  ['funpack', FITS],
  ...['serve', 'ingest', 'checksum', 'token', 'migrate'].map((command) => [command, '--help']),
  ['token'],
  ['ingest', '--dry-run', FITS],
]

/** Milliseconds of one run. Refusals count as well, crashes do not. */
async function time(args: string[]): Promise<number> {
  const start = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  child.stdout.resume()
  const [code] = await once(child, 'close')
  if (code !== 0 && code !== 2) throw new Error(`${args.join(' ')} ended with ${code}`)
  return performance.now() - start
}

/** Median and least. */
const figures = (times: number[]): [number, number] => {
  const sorted = times.toSorted((a, b) => a - b)
  return [sorted[sorted.length >> 1]!, sorted[0]!]
}
const show = ([median, least]: number[]): string => `${median!.toFixed(0)} (${least!.toFixed(0)})`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '25' }, help: { type: 'boolean', default: false } },
})
if (values.help) process.stdout.write(help)
else {
  const programs = [fileURLToPath(new URL('./platestack.js', import.meta.url)), ...positionals]
  const node = ['-e', '0']
  const runs = [node, ...COMMANDS.flatMap((command) => programs.map((program) => [program, ...command]))]
  const times = runs.map((): number[] => [])
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [i, args] of runs.entries()) times[i]!.push(await time(args))
  const [own, ...taken] = times.map(figures)
  const line = (name: string, cells: string[]) =>
    process.stdout.write(`${name.padEnd(30)}${cells.map((cell) => cell.padStart(26)).join('')}\n`)
  line('milliseconds (least)', ['platestack', ...positionals.map((_, i) => `PROGRAM ${i + 1}`)])
  line('node -e 0', [show(own!)])
  for (const command of COMMANDS) {
    const cells = taken
      .splice(0, programs.length)
      .map((ms) => `${show(ms)} +${show(ms.map((each, i) => each - own![i]!))}`)
    line(command.map((word) => word.replace(/.*\//, '')).join(' '), cells)
  }
}
