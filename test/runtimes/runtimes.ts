import { join } from 'node:path'
import { inRepository } from '../support/data.ts'
import { launch, program, type Running, type Variables } from '../support/program.ts'

/** A program of another runtime. */
export const installed = (path: string): string => join(inRepository('test/runtimes/programs/node_modules'), path)

/** What docs/runtimes.md says that Deno has to permit. */
export const DENO = ['--no-prompt', ...['net', 'env', 'read', 'write', 'sys', 'run'].map((what) => `--allow-${what}`)]

/** Command lines to which the path of a program is added. The first Node is the one that the tests run on. */
export const RUNTIMES = {
  node20: [process.execPath],
  node24: [installed(`node-linux-${process.arch}/bin/node`)],
  deno: [installed('.bin/deno'), 'run', ...DENO],
  bun: [installed('.bin/bun')],
} as const
export type Runtime = keyof typeof RUNTIMES

/** Starts a program, the built one unless another is given, on a runtime. */
export function launchOn(
  runtime: Runtime,
  args: string[],
  { env = {}, cwd, path = program }: { env?: Variables; cwd?: string; path?: string } = {},
): Running {
  const [command, ...options] = RUNTIMES[runtime]
  return launch(command, [...options, path, ...args], { env: { DENO_NO_UPDATE_CHECK: '1', ...env }, cwd })
}

/** Runs `platestack` on a runtime to its end. */
export async function runOn(runtime: Runtime, args: string[], options: { env?: Variables; cwd?: string } = {}) {
  const running = launchOn(runtime, args, options)
  running.child.stdin.end()
  const code = await running.ended
  return { code, stdout: running.stdout, stderr: running.stderr }
}

/** The address of an archive that has been started, once it listens. */
export async function addressOf(running: Running): Promise<string> {
  const [, url] = await running.printed(/is listening on (http:\/\/[^/]+)\//)
  return url!
}
