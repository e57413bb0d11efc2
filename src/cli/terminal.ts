import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError } from './command.ts'

export interface Terminal {
  /** Asks in the open. */
  ask(words: string): Promise<string>
  /** Asks without showing what is typed. */
  askSecret(words: string): Promise<string>
  close(): void
}

/**
 * The terminal that the program runs on, to ask the operator on; close it afterwards.
 * @param left the message of the CommandError when the operator leaves without an answer
 */
export function openTerminal(left: string): Terminal {
  let hidden = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) process.stdout.write(chunk)
      done()
    },
  })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const closed = new Promise<never>((_, reject) => terminal.once('close', () => reject(new CommandError(left))))
  // a close after the last answer is no news
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
