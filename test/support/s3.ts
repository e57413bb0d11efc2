import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Config } from '../../src/config/types.ts'

const run = promisify(execFile)
/** A script beside this file, which a benchmark's bundle in dist/ has with it. */
const script = (name: string) =>
  [name, `../test/support/${name}`].map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync)!

/** Whether Ceph's programs are there; where everything must be tested, their absence is an error of its own. */
export const hasS3 = process.env.CI === 'true' || existsSync('/usr/bin/radosgw')
if (!hasS3)
  console.warn('Ceph is not installed (ceph-mon ceph-osd radosgw): the S3 store is not tested against a server')

/** Under which the server takes buckets for hosts. */
export const DNS_NAME = 's3.test'

export interface TestS3 {
  port: number
  /** What the archive is configured with. */
  config: S3Config
  client: S3Client
  /** The pid of the gateway, to hold it up with signals. */
  gateway: number
  stop(): Promise<void>
  /** Starts it again after `stop`, empty. */
  start(): Promise<void>
  remove(): Promise<void>
}

/** An S3 server of its own (Ceph, objects in memory) with a versioned bucket `frames` and, beside STANDARD, one storage class. */
export async function testS3({ storageClass = 'STANDARD_IA' }: { storageClass?: string | null } = {}): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'platestack-s3-'))
  const port = await portForS3()
  const config: S3Config = {
    bucket: 'frames',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'TESTACCESSKEY0000001', secretAccessKey: 'test/secret+key', sessionToken: null },
    signatureVersion: 's3v4',
    addressingStyle: 'path',
    daysToIaStorage: 60,
  }
  const credentials = {
    accessKeyId: config.credentials!.accessKeyId,
    secretAccessKey: config.credentials!.secretAccessKey,
  }
  const client = new S3Client({
    region: config.region,
    endpoint: config.endpoint!,
    credentials,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const s3: TestS3 = {
    port,
    config,
    client,
    gateway: 0,
    async start() {
      const env = {
        ...process.env,
        S3_STORAGE_CLASS: storageClass ?? '',
        S3_DNS_NAME: DNS_NAME,
        S3_ACCESS_KEY_ID: credentials.accessKeyId,
        S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      }
      await run('bash', [script('s3-up.sh'), directory, String(port)], { env })
      s3.gateway = Number((await run('cat', [join(directory, 'run/rgw.pid')])).stdout)
      await client.send(new CreateBucketCommand({ Bucket: config.bucket }))
      await client.send(
        new PutBucketVersioningCommand({ Bucket: config.bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      )
    },
    async stop() {
      await run('bash', [script('s3-down.sh'), directory])
    },
    async remove() {
      client.destroy()
      await run('bash', [script('s3-down.sh'), directory, '--wipe'])
    },
  }
  await s3.start().catch(async (error) => {
    await s3.remove()
    throw error
  })
  return s3
}

/** A port with a dozen free ones above it, below those that systems give to outgoing connections. */
async function portForS3(): Promise<number> {
  for (;;) {
    const port = 15_000 + 20 * Math.floor(Math.random() * 800)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

export interface Fault {
  /** Bytes that go through to clients first, on all connections together. */
  after: number
  /** `cut`: the connection is closed. `hang`: nothing comes any more. */
  kind: 'cut' | 'hang'
}

export interface TestProxy {
  port: number
  /** Connections that are open now. */
  open(): number
  /** Faults of the connections from now on, one after the other; when all have happened, there are none. */
  fail(...faults: Fault[]): void
  /** Bytes a second to clients on each connection; null: as fast as it goes. */
  slow(bytesPerSecond: number | null): void
  close(): Promise<void>
}

/** A TCP proxy in front of a server: cuts or stalls connections in the middle, or lets only so much through. */
export async function proxy(target: number): Promise<TestProxy> {
  let faults: Fault[] = []
  let rate: number | null = null
  const sockets = new Set<Socket>()

  /** What goes through of a piece, and the fault that comes then. */
  function pass(chunk: Buffer): [Buffer, Fault['kind'] | null] {
    const [fault] = faults
    if (!fault || fault.after >= chunk.length) {
      if (fault) fault.after -= chunk.length
      return [chunk, null]
    }
    faults.shift()
    return [chunk.subarray(0, fault.after), fault.kind]
  }

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    sockets.add(client)
    const close = () => {
      sockets.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', close).on('close', close)
    client.pipe(upstream)
    upstream.on('data', (chunk: Buffer) => {
      const [passed, fault] = pass(chunk)
      const flows = client.write(passed, () => fault === 'cut' && close())
      if (fault) upstream.pause()
      else if (rate !== null) {
        upstream.pause()
        setTimeout(() => upstream.resume(), (chunk.length / rate) * 1000)
      } else if (!flows) {
        upstream.pause()
        client.once('drain', () => upstream.resume())
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    fail(...more) {
      faults = more
    },
    slow(bytesPerSecond) {
      rate = bytesPerSecond
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
