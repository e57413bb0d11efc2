import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { inRepository } from './data.ts'

/** The built program, as it is installed. */
export const program = inRepository('dist/platestack.js')
if (!existsSync(program)) throw new Error('dist/platestack.js is not there: npm run build makes it')

/** An environment of which only the search path comes from the outside; one process serves unless it says otherwise. */
export type Variables = Record<string, string>
const environment = (env: Variables): Variables => ({
  PATH: process.env.PATH!,
  HOME: '/nonexistent',
  WORKERS: '1',
  ...env,
})

/** A running process and all that it has printed. */
export interface Running {
  child: ChildProcessWithoutNullStreams
  stdout: string
  stderr: string
  /** Waits until what was printed, standard output first, matches; throws when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
}

export function launch(
  command: string,
  args: string[],
  { env = {}, cwd, detached = false }: { env?: Variables; cwd?: string; detached?: boolean } = {},
): Running {
  const child = spawn(command, args, { env: environment(env), cwd, detached })
  const waiting = new Set<() => void>()
  const running: Running = {
    child,
    stdout: '',
    stderr: '',
    ended: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? signal!))
    }),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = `${running.stdout}\n${running.stderr}`.match(pattern)
          if (found) resolve(found)
          else if (child.exitCode !== null || child.signalCode !== null)
            reject(new Error(`the program ended without ${pattern}:\n${running.stdout}\n${running.stderr}`))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
  }
  const look = () => {
    for (const each of [...waiting]) each()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    running.stdout += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.stderr += text
    look()
  })
  child.once('close', look)
  return running
}

/** Runs `platestack` to its end. */
export async function platestack(args: string[], env: Variables = {}, cwd?: string) {
  const running = launch(process.execPath, [program, ...args], { env, cwd })
  running.child.stdin.end()
  const code = await running.ended
  return { code, stdout: running.stdout, stderr: running.stderr }
}

/** `platestack` on a terminal of its own, which shows what a person would see. */
export const onTerminal = (args: string[], env: Variables = {}): Running =>
  launch('script', ['-qfec', `exec '${process.execPath}' '${program}' ${args.join(' ')}`, '/dev/null'], {
    env: { TERM: 'xterm', ...env },
  })

/** `platestack serve` on a free port, once it listens. */
export async function serve(
  env: Variables,
  { cwd, nodeOptions = [], built = program }: { cwd?: string; nodeOptions?: readonly string[]; built?: string } = {},
): Promise<Running & { url: string }> {
  const running = launch(process.execPath, [...nodeOptions, built, 'serve'], { env: { PORT: '0', ...env }, cwd })
  const [, url] = await running.printed(/is listening on (http:\/\/[^/]+)\//)
  return Object.assign(running, { url: url! })
}

/** Sends a signal and gives the exit code. */
export function stop(running: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
  running.child.kill(signal)
  return running.ended
}
