// Inserts numbered rows into the embedded database of a directory for ever, printing each number once it is acknowledged.
import { openEmbedded } from '../../src/runtimes/embedded/embedded.ts'

const { sql } = await openEmbedded(process.argv[2]!, { onnotice: () => {} })
await sql`create table if not exists written (n int primary key, padding text)`
process.stdout.write('open\n')
for (let n = 0; ; n++) {
  await sql`insert into written values (${n}, ${'x'.repeat(n % 3000)})`
  process.stdout.write(`${n}\n`)
}
