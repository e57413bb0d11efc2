import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError, UsageError } from './command.ts'

/** Asks the operator on the terminal. */
export interface Prompt {
  /** Shows what is typed. */
  ask(words: string): Promise<string>
  /**
   * Asks twice for a new secret, such as a `password`, without showing what is typed.
   * @param check throws for one that will not do
   * @throws UsageError if the two differ
   */
  askNewSecret(words: string, kind: string, check: (secret: string) => string): Promise<string>
  close(): void
}

/**
 * Prompts on the program's terminal; close it afterwards.
 * @param left the message of the CommandError when the operator leaves without an answer
 */
export function openPrompt(left: string): Prompt {
  let hidden = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) process.stdout.write(chunk)
      done()
    },
  })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const closed = new Promise<never>((_, reject) => terminal.once('close', () => reject(new CommandError(left))))
  // closing after the last answer is not an error
  closed.catch(() => {})
  async function askSecret(words: string): Promise<string> {
    process.stdout.write(words)
    hidden = true
    const answer = await Promise.race([terminal.question(''), closed]).finally(() => process.stdout.write('\n'))
    hidden = false
    return answer
  }
  return {
    ask: (words) => Promise.race([terminal.question(words), closed]),
    async askNewSecret(words, kind, check) {
      const secret = check(await askSecret(`${words}: `))
      if ((await askSecret(`${words} (again): `)) !== secret) throw new UsageError(`the two ${kind}s are not the same`)
      return secret
    },
    close: () => terminal.close(),
  }
}
