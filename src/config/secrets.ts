import { type Environment, VARIABLES, type VariableName } from './read_variables.ts'

/** The secrets that an environment holds: whole values, and the passwords in addresses. */
export function givenSecrets(env: Environment): string[] {
  return (Object.keys(VARIABLES) as VariableName[]).flatMap((name) => {
    const text = env[name]
    if (!text) return []
    const passwords = [...text.matchAll(/[a-z0-9+.-]+:\/\/[^/?#@:]*:([^/?#;]*)@/gi)].map((found) => found[1]!)
    const inside = passwords.flatMap((password) => [password, decoded(password)])
    return VARIABLES[name].secrecy === 'secret' ? [text, ...inside] : inside
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The variables that are set, as they may be shown: secrets are not, nor what is secret in addresses. */
export function shownSettings(env: Environment): Record<string, string> {
  const given = (Object.keys(VARIABLES) as VariableName[]).filter((name) => (env[name] ?? '').trim() !== '')
  return Object.fromEntries(
    given.map((name) => [name, VARIABLES[name].secrecy === 'secret' ? '(set)' : shown(env[name]!)]),
  )
}

/** A value without the user, the password and the query of an address. */
const shown = (text: string): string => text.replace(/^([a-z0-9+.-]+:\/\/)(?:[^/?#]*@)?([^?#]*).*$/is, '$1$2')
