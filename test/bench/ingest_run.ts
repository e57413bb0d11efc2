import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { inRepository } from '../support/data.ts'
import { launch, program, type Variables } from '../support/program.ts'
import { pythonPrograms } from '../support/python.ts'
import type { TestS3 } from '../support/s3.ts'
import { cpuSeconds } from './cpu.ts'

/** How often the processor time and the memory of a client are looked at. */
const LOOK_MS = 50

/** What a run of a client took. */
export interface Cost {
  seconds: number
  /** Processor seconds. */
  cpu: number
  /** Resident memory at most, of its largest process, in bytes. */
  peak: number
}

/** The process ids of the S3 server: all whose command line names the configuration that the gateway's does. */
export function s3Processes(gateway: number): number[] {
  const args = (pid: string | number) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      return []
    }
  }
  const own = args(gateway)
  const conf = own[own.indexOf('-c') + 1]!
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && args(name).includes(conf))
    .map(Number)
}

/** Files put into a versioned bucket of their own by S3's own client and no more: what no ingester can be faster than by much. */
export async function runPuts(paths: readonly string[], atOnce: number, { client }: TestS3): Promise<Cost> {
  const Bucket = 'plain'
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  const left = [...paths]
  const [began, before] = [performance.now(), process.cpuUsage()]
  const worker = async () => {
    for (let path = left.pop(); path; path = left.pop())
      await client.send(new PutObjectCommand({ Bucket, Key: path, Body: await readFile(path) }))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6, peak: process.memoryUsage.rss() }
}

/** The published library on these files: a loop in one process, or a pool of them. Its time begins when it is loaded. */
export async function runPython(paths: readonly string[], processes: number, env: Variables): Promise<Cost> {
  const script = inRepository('test/bench/ingest_python.py')
  const running = launch(join(await pythonPrograms(), 'python'), [script, String(processes)], { env })
  running.child.stdin.end(paths.map((path) => `${path}\n`).join(''))
  const code = await running.ended
  if (code !== 0) throw new Error(`the Python ingester ended with ${code}: ${running.stderr}`)
  const { failures, ...cost } = JSON.parse(running.stdout) as Cost & { failures: string[] }
  if (failures.length) throw new Error(`${failures.length} files did not go in: ${failures[0]}`)
  return cost
}

/** `platestack` as built, beside this in dist/: from its start to its end, which has to be a good one. Gives its standard output too. */
export async function runPlatestack(args: readonly string[], env: Variables): Promise<Cost & { stdout: string }> {
  const began = performance.now()
  const running = launch(process.execPath, [program, ...args], { env })
  const { child } = running
  child.stdin.end()
  let [cpu, peak] = [0, 0]
  const look = () => {
    cpu = cpuSeconds(child.pid!) || cpu
    try {
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 || peak
    } catch {
      // it has just ended
    }
  }
  const looking = setInterval(look, LOOK_MS)
  const code = await running.ended
  const seconds = (performance.now() - began) / 1000
  clearInterval(looking)
  if (code !== 0) throw new Error(`platestack ${args[0]} ended with ${code}: ${running.stderr.slice(-10_000)}`)
  return { seconds, cpu, peak, stdout: running.stdout }
}
