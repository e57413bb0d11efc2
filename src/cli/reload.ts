import type { Config, Environment } from '../config/config.ts'
import { compareEnvironments } from '../config/reload.ts'
import type { Log } from '../log.ts'
import { ENV_FILE, environmentNow, runningEnvironment, setRunningEnvironment } from './environment.ts'

/** Variables that have changed; null: not set any more. */
export type Changes = Record<string, string | null>

let isWanted = false
const note = () => {
  isWanted = true
}

/** While the archive starts, which may take a minute, SIGHUP is kept until `reloadOnSignal`. */
export function keepReloads(): void {
  if (process.env[ENV_FILE]) process.on('SIGHUP', note)
}

/**
 * Reads PLATESTACK_ENV_FILE again at each SIGHUP, and gives what has changed and can be taken over to
 * `apply`. A file with a mistake changes nothing. Without such a file the signal ends the archive, as
 * it does any program whose terminal is closed.
 */
export function reloadOnSignal(
  log: Log,
  apply: (config: Config, changes: Changes) => void,
  around: { begun(): void; ended(): void },
): void {
  if (!process.env[ENV_FILE]) return
  const answer = () => {
    around.begun()
    reload(log, apply)
    around.ended()
  }
  process.on('SIGHUP', answer)
  process.off('SIGHUP', note)
  if (isWanted) answer()
}

function reload(log: Log, apply: (config: Config, changes: Changes) => void): void {
  try {
    const { env, config, changed, needRestart } = compareEnvironments(runningEnvironment(), environmentNow())
    const changes: Changes = Object.fromEntries(changed.map((name) => [name, env[name] ?? null]))
    setRunningEnvironment(env)
    applyChanges(changes)
    apply(config, changes)
    log.info('the configuration was read again', { changed })
    for (const variable of needRestart) log.warn(`${variable} has changed: it needs a restart`, { variable })
  } catch (error) {
    log.error('the configuration was read again and cannot be used: nothing has changed', {
      reason: (error as Error).message,
    })
  }
}

/** Changes this process's environment, which worker processes begin with. @returns it */
export function applyChanges(changes: Changes): Environment {
  for (const [name, value] of Object.entries(changes))
    if (value === null) delete process.env[name]
    else process.env[name] = value
  return process.env
}
