import { readFileSync, statSync } from 'node:fs'
import type { Environment } from '../config/config.ts'
import { EnvFileError, parseEnvFile } from '../config/env_file.ts'

export const ENV_FILE = 'PLATESTACK_ENV_FILE'

/** The environment that the program was started with, and what it was together with the file. */
let given: Environment | undefined
let running: Environment | undefined

/** The environment as it runs: that at the start, with what has changed since. */
export const runningEnvironment = (): Environment => running ?? process.env
export const setRunningEnvironment = (env: Environment): void => {
  running = env
}

/**
 * Adds the variables of PLATESTACK_ENV_FILE to the environment, over those that are there: the file
 * is what can be changed while the archive runs.
 * @throws EnvFileError when it cannot be read
 */
export function applyEnvFile(): void {
  given = { ...process.env }
  running = environmentNow()
  Object.assign(process.env, running)
}

/**
 * The environment with what the file says now.
 * @throws EnvFileError when it cannot be read
 */
export function environmentNow(): Environment {
  const base = given ?? process.env
  const path = base[ENV_FILE]
  if (!path) return { ...base }
  return { ...base, ...parseEnvFile(readText(path), path), [ENV_FILE]: path }
}

function readText(path: string): string {
  try {
    // a pipe can be read once, when the program starts: later it is empty, or holds everything up
    if (running && !statSync(path).isFile())
      throw new Error('it is no regular file, which alone can be read more than once')
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new EnvFileError(path, [{ line: 0, says: (error as Error).message }])
  }
}
