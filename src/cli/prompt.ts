import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError } from './explain.ts'

/** Asks the operator on the terminal. */
export interface Prompt {
  /** Shows what is typed. */
  ask(words: string): Promise<string>
  /** Does not show what is typed. */
  askSecret(words: string): Promise<string>
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
  return {
    ask: (words) => Promise.race([terminal.question(words), closed]),
    async askSecret(words) {
      process.stdout.write(words)
      hidden = true
      const answer = await Promise.race([terminal.question(''), closed]).finally(() => process.stdout.write('\n'))
      hidden = false
      return answer
    },
    close: () => terminal.close(),
  }
}
