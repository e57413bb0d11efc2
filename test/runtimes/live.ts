import { createHash, randomBytes } from 'node:crypto'
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import { framePath } from '../../src/files/store/paths.ts'
import { startWorkerd } from '../support/edge.ts'
import { newFrame } from '../support/frames.ts'
import { stop } from '../support/program.ts'
import { type Relay, startRelay } from '../support/relay.ts'
import { addressOf, launchOn, RUNTIMES, type Runtime } from './runtimes.ts'
import { createBucket, createDatabase, introduceSuperuser } from './services.ts'

/** What the suite knows of an archive that runs: the rest it has to say over HTTP. */
export interface Live {
  baseUrl: string
  /** Of a superuser. */
  token: string
  store: Store
}

/** The archive's file store, and the way from the one to the other. */
export interface Store {
  client: S3Client
  bucket: string
  /** The archive reaches the store over this alone. */
  relay: Relay
}

export type Running = Live & { stop(): Promise<void> }

/** Starts the built archive on a runtime, over a database and a bucket of its own. */
export async function startLive(
  runtime: Runtime | 'workerd',
  variables: Record<string, string> = {},
): Promise<Running> {
  const s3 = inject('s3')!
  const [database, { client, bucket }, relay] = await Promise.all([
    createDatabase(),
    createBucket(),
    startRelay(s3.port),
  ])
  const env = {
    ...inject('portal'),
    ...s3.env,
    S3_ENDPOINT_URL: `http://127.0.0.1:${relay.port}`,
    BUCKET: bucket,
    SECRET_KEY: 'a key of the tests',
    THROTTLE_ANON: '1000000/day',
    PROCESSED_EXCHANGE_ENABLED: 'False',
    ...variables,
  }
  const server = await (runtime === 'workerd'
    ? startAtEdge(env, database)
    : startProcess(runtime, { ...env, DATABASE_URL: database, PORT: '0' }))
  return {
    baseUrl: server.url,
    token: await introduceSuperuser(server.url),
    store: { client, bucket, relay },
    async stop() {
      await server.stop()
      await relay.close()
      client.destroy()
    },
  }
}

async function startProcess(runtime: Runtime, env: Record<string, string>) {
  const running = launchOn(runtime, ['serve'], { env })
  const url = await addressOf(running)
  return {
    url,
    async stop() {
      const code = await stop(running)
      if (code !== 0) throw new Error(`${RUNTIMES[runtime][0]} ended with ${code}:\n${running.stderr.slice(-2000)}`)
    },
  }
}

async function startAtEdge(variables: Record<string, string>, hyperdrive: string) {
  const edge = await startWorkerd({ hyperdrive, variables })
  return {
    url: edge.url,
    async stop() {
      const { child, stdout, stderr } = edge.running
      const hasEnded = child.exitCode ?? child.signalCode
      await edge.stop()
      if (hasEnded !== null) throw new Error(`workerd ended with ${hasEnded}:\n${(stdout + stderr).slice(-2000)}`)
    },
  }
}

/** Puts a file into a store; gives the key that the store has given it. */
export async function putFile({ client, bucket }: Store, path: string, bytes: Uint8Array): Promise<string> {
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: path, Body: bytes }))
  return VersionId!
}

export interface Ingested {
  id: number
  url: string
  /** Of its file. */
  name: string
  bytes: Uint8Array
  /** Where the store has it. */
  path: string
  key: string
}

/** Sends a request as the superuser, or as somebody else, to an archive. */
export function ask({ baseUrl }: Live, path: string, { token, json, ...init }: Asked = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (token !== undefined) headers.set('authorization', `Token ${token}`)
  if (json !== undefined) headers.set('content-type', 'application/json')
  const body = json === undefined ? init.body : JSON.stringify(json)
  const method = json === undefined ? 'GET' : 'POST'
  return fetch(path.startsWith('/') ? `${baseUrl}${path}` : path, { method, ...init, headers, body })
}
type Asked = RequestInit & { token?: string; json?: unknown }

/** A public frame whose file is in the store. */
export async function ingest(live: Live, bytes: Uint8Array, extension = '.fits'): Promise<Ingested> {
  const basename = `file-${randomBytes(6).toString('hex')}`
  const frame = newFrame(basename, { reduction_level: 91 })
  const path = framePath(frame as unknown as Parameters<typeof framePath>[0], extension)
  const key = await putFile(live.store, path, bytes)
  const md5 = createHash('md5').update(bytes).digest('hex')
  const json = { ...frame, version_set: [{ key, md5, extension }] }
  const response = await ask(live, '/frames/', { token: live.token, json })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  const { id, url } = (await response.json()) as { id: number; url: string }
  return { id, url, name: basename + extension, bytes, path, key }
}

/** Takes the file of a frame out of the store behind the archive's back. */
export async function lose({ store }: Live, { path, key }: Ingested): Promise<void> {
  await store.client.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: path, VersionId: key }))
}
