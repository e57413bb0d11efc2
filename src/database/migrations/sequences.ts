import type { Reserved } from '../open.ts'
import { query } from '../sql.ts'
import { type Manner, pause } from './apply.ts'
import { MigrationError } from './error.ts'

/**
 * Finds sequences that are behind their columns, as after rows were copied in with their ids, and
 * mends them: every insert would fail until they have caught up. Other programs may write
 * meanwhile.
 * @throws MigrationError where somebody holds such a sequence for longer than the run is patient
 */
export async function mendSequences(one: Reserved, manner: Manner): Promise<void> {
  const until = Date.now() + manner.patience * 1000
  for (const { sequence, relation, field } of await query(one, 'sequences/behind', {})) {
    for (;;) {
      const [mended] = await query(one, 'sequences/mend', { sequence, relation, field })
      if (mended?.next) {
        manner.log(`sequence ${sequence} was behind ${relation}.${field}: its next number is ${mended.next}`)
        break
      }
      if (Date.now() > until)
        throw new MigrationError(
          `sequence ${sequence} is behind ${relation}.${field}, and was not mended: a transaction that has drawn from it is open. Run it again.`,
        )
      await pause(one, 1)
    }
  }
}
