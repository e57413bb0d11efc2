import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Config } from '../../src/config/types.ts'
import { inRepository } from './data.ts'
import { canListen, untilOpen } from './ports.ts'

const run = promisify(execFile)
const script = (name: string) => inRepository(`test/support/${name}`)

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
  /** Kills the gateway, as kill -9 does; what is stored stays. */
  killGateway(): void
  startGateway(): Promise<void>
  remove(): Promise<void>
}

/** An S3 server of its own (Ceph, objects in memory) with a versioned bucket `frames` and, beside STANDARD, one storage class. */
export async function testS3({ storageClass = 'STANDARD_IA' }: { storageClass?: string | null } = {}): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'platestack-s3-'))
  const { port, release } = await portForS3()
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
    killGateway: () => void process.kill(s3.gateway, 'SIGKILL'),
    async startGateway() {
      const args = ['-n', 'client.rgw', '-c', join(directory, 'ceph.conf'), '-f']
      const gateway = spawn('radosgw', args, { stdio: 'ignore', detached: true })
      s3.gateway = gateway.pid!
      // by which s3-down.sh finds it
      await writeFile(join(directory, 'run/rgw.pid'), String(gateway.pid))
      await untilOpen(port, gateway)
    },
    async remove() {
      client.destroy()
      await run('bash', [script('s3-down.sh'), directory, '--wipe'])
      release()
    },
  }
  await s3.start().catch(async (error) => {
    await s3.remove()
    throw error
  })
  return s3
}

/**
 * A port with eighteen free ones above it, below those that systems give to outgoing connections. The one above these is
 * held: a server needs seconds until it listens, and no other test may choose the same meanwhile.
 */
async function portForS3(): Promise<{ port: number; release(): void }> {
  for (;;) {
    const port = 15_000 + 20 * Math.floor(Math.random() * 800)
    const held = createServer().unref()
    const isOurs = await new Promise((resolve) => {
      held.once('error', () => resolve(false)).listen(port + 19, '127.0.0.1', () => resolve(true))
    })
    if (isOurs && (await canListen(port))) return { port, release: () => void held.close() }
    held.close()
  }
}

/** The archive's variables for a test's S3 server; through another port where a relay stands before it. */
export const s3Variables = ({ bucket, region, credentials }: S3Config, port: number): Record<string, string> => ({
  FILESTORE_TYPE: 's3',
  BUCKET: bucket,
  S3_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  S3_ADDRESSING_STYLE: 'path',
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials!.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials!.secretAccessKey,
})
