import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { inRepository } from './data.ts'
import type { Variables } from './program.ts'

const run = promisify(execFile)

/** The folder of the programs of an environment with the published ocs_ingester; made where it is not there yet, for which it takes the network. */
export async function pythonPrograms(): Promise<string> {
  const { stdout } = await run(inRepository('test/support/python.sh'), [], { timeout: 600_000 })
  return join(stdout.trim(), 'bin')
}

/** Cards of a fpacked image that astropy gives up to 6, with which the records were made, and leaves out from 7 on. */
export const ONLY_OLD_ASTROPY = ['BZERO', 'CHECKSUM', 'DATASUM', 'ZDITHER0']

/** What the published library wants to know: an archive, its token, and S3 by the variables that the archive itself has. */
export const ingesterVariables = (archive: string, token: string, s3: Variables): Variables => ({
  ...s3,
  API_ROOT: `${archive}/`,
  AUTH_TOKEN: token,
  // the server knows no other checksum than MD5
  AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
  // else every file is told to a metrics server
  OPENTSDB_PYTHON_METRICS_TEST_MODE: 'True',
  PYTHONWARNINGS: 'ignore',
})

/** What became of a call. */
export type Answer = { ok: unknown } | { raised: string; message: string }

export interface OcsIngester {
  pid: number
  /** Calls a function of the library's `ingester` for a file; `more` are its arguments by name. */
  call(name: string, path: string, more?: Record<string, unknown>): Promise<Answer>
  stop(): Promise<void>
}

/** A Python process with the published library, which is called through ocs_ingest.py; one call after the other. */
export async function startIngester(env: Variables): Promise<OcsIngester> {
  const { pid, call, stop } = await startPython(['ocs_ingest.py'], env)
  return { pid, call: (name, path, more = {}) => call(name, { path, ...more }), stop }
}

export interface PythonProgram {
  pid: number
  /** Calls a function of the program. */
  call(name: string, more?: Record<string, unknown>): Promise<Answer>
  stop(): Promise<void>
}

/** Starts a program of test/support that reads calls and answers them; the environment is that of the published library. */
export async function startPython([script, ...args]: string[], env: Variables = {}): Promise<PythonProgram> {
  const python = join(await pythonPrograms(), 'python')
  const child = spawn(python, [inRepository(`test/support/${script}`), ...args], {
    env: { PATH: process.env.PATH!, HOME: '/nonexistent', ...env },
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const ended = new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()))
  const lines = linesOf(child)
  return {
    pid: child.pid!,
    async call(name, more = {}) {
      child.stdin.write(`${JSON.stringify({ call: name, ...more })}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`the Python process ended: ${log}`)
      return JSON.parse(value) as Answer
    },
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

const linesOf = (child: ChildProcessWithoutNullStreams) =>
  createInterface({ input: child.stdout })[Symbol.asyncIterator]()
