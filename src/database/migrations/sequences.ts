import type { Reserved } from '../open.ts'
import { query } from '../sql.ts'
import { type RunOptions, sleepInServer } from './apply.ts'
import { MigrationError } from './error.ts'

/**
 * Finds sequences that lag behind their columns, as after copying rows with their ids, and repairs
 * them: until then every insert would fail. Other programs may write meanwhile.
 * @throws MigrationError if someone holds such a sequence beyond the run's patience
 */
export async function repairSequences(connection: Reserved, run: RunOptions): Promise<void> {
  const until = Date.now() + run.patience * 1000
  for (const { sequence, relation, field } of await query(connection, 'sequences/behind', {})) {
    for (;;) {
      const [mended] = await query(connection, 'sequences/mend', { sequence, relation, field })
      if (mended?.next) {
        run.log(`sequence ${sequence} was behind ${relation}.${field}: its next number is ${mended.next}`)
        break
      }
      if (Date.now() > until)
        throw new MigrationError(
          `sequence ${sequence} is behind ${relation}.${field}, and was not repaired: a transaction that used it is still open. Run this again.`,
        )
      await sleepInServer(connection, 1)
    }
  }
}
