import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What a streamed ZIP is measured beside: a server that answers with the bytes of the URLs, one after the other and as they come from S3,
 * by Node's own means. Prints its port.
 */
export async function copyServer(urls: readonly string[]): Promise<void> {
  const server = createServer(async (_, answer) => {
    for (const url of urls) {
      const file = await new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject))
      if (file.statusCode !== 200) throw new Error(`S3 answered ${file.statusCode}`)
      for await (const chunk of file) if (!answer.write(chunk)) await once(answer, 'drain')
    }
    answer.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
}
