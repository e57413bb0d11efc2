import type { Connection } from '../connection.ts'
import { type Event, type Source, type TransferOptions, transfer } from '../transfer.ts'
import type { Part } from './part.ts'

/**
 * Downloads into a part what is missing of it. What is there of it stays there whatever happens.
 * @param addressOf where the whole can be fetched again, by its answer; null: not to be remembered
 */
export async function toDisk(
  connection: Connection,
  source: Source,
  part: Part,
  options: TransferOptions,
  addressOf: (response: Response) => string | null = () => null,
): Promise<void> {
  try {
    for await (const event of transfer(connection, source, part.beginning, options)) await take(event)
  } finally {
    await part.close()
  }

  async function take(event: Event): Promise<void> {
    if (event.kind === 'bytes') return part.write(event.bytes)
    const { etag, total, at, response } = event
    await part.begin({ etag, total, address: addressOf(response) }, at)
  }
}
