import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { parseArgs, promisify } from 'node:util'
import { funpack } from '../../src/fits/funpack.ts'
import { openFileSource } from '../../src/runtimes/node/file_source.ts'
import { fitsFile } from '../support/data.ts'
import { program } from '../support/program.ts'
import { median } from './median.ts'

const help = `npm run bench:funpack: how fast FITS files are uncompressed, beside CFITSIO's own program

Usage: npm run bench:funpack -- [FILE] [--rounds N]

Checks first that both write the same bytes, then measures them in turns. CFITSIO's funpack is a process each time; so is
platestack funpack, whose start (that of Node with it) is told apart, as a server starts once. Cold is the first time in a
process, warm the median of later ones.

  --rounds N   measurements of each; 15 unless given
`
const FILE = fitsFile('cpt1m012-fl10-20151216-0044-f00.fits.fz')

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function unpack(file: string, take: (piece: Uint8Array) => void): Promise<void> {
  for await (const piece of funpack(await openFileSource(file))) take(piece)
}

async function spawned(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.resume()
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
}

async function checkEquality(file: string): Promise<number> {
  const { stdout } = await promisify(execFile)('funpack', ['-C', '-S', file], {
    encoding: 'buffer',
    maxBuffer: 2 ** 31 - 1,
  })
  const ours = createHash('sha256')
  await unpack(file, (piece) => ours.update(piece))
  if (ours.digest('hex') !== createHash('sha256').update(stdout).digest('hex'))
    throw new Error('the unpacked bytes differ')
  return stdout.length
}

async function main(): Promise<void> {
  const options = { rounds: { type: 'string', default: '15' }, help: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true })
  if (values.help) return console.log(help)
  const file = positionals[0] ?? FILE
  if (!file || !existsSync(file)) throw new Error(`${file ?? 'the usual file'} is not there: give another one`)
  // before anything else has warmed the code up
  const cold = await milliseconds(() => unpack(file, () => undefined))
  const bytes = await checkEquality(file)
  const times = { funpack: [] as number[], warm: [] as number[], command: [] as number[], start: [] as number[] }
  for (let i = 0; i < Number(values.rounds); i++) {
    times.funpack.push(await milliseconds(() => spawned('funpack', ['-C', '-S', file])))
    times.warm.push(await milliseconds(() => unpack(file, () => undefined)))
    times.command.push(await milliseconds(() => spawned(process.execPath, [program, 'funpack', file])))
    times.start.push(await milliseconds(() => spawned(process.execPath, [program, '--version'])))
  }
  const theirs = median(times.funpack)
  const row = (name: string, time: number) =>
    console.log(`${name.padEnd(44)} ${time.toFixed(0).padStart(6)} ms  ${(theirs / time).toFixed(2).padStart(5)} ×`)
  console.log(
    `${bytes} bytes unpacked, the same by both. Medians of ${values.rounds}; × is the speed beside CFITSIO's.\n`,
  )
  row("CFITSIO's funpack, a process", theirs)
  row('the archive, warm', median(times.warm))
  row('the archive, cold', cold)
  row('platestack funpack, a process', median(times.command))
  row('of which the start of Node and the program', median(times.start))
  row('platestack funpack without its start', median(times.command) - median(times.start))
}

await main()
