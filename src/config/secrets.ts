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
