import { ConfigError, type Environment, parseConfig } from '../../src/config/config.ts'

/** The error that an environment gives; fails when there is none. */
export function refusal(env: Environment): ConfigError {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error(`accepted: ${JSON.stringify(env)}`)
}

/** The variables that an environment is refused for. */
export const refused = (env: Environment): string[] => refusal(env).problems.map(({ variable }) => variable)
