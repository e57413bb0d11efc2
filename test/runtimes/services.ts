import { randomBytes } from 'node:crypto'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import postgres from 'postgres'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { accounts } from '../contract/recordings.ts'
import { poolAt } from '../support/pool.ts'
import { SERVER_KEY, startPortal } from '../support/portal.ts'
import { startPostgres } from '../support/postgres.ts'
import { hasS3, s3Variables, testS3 } from '../support/s3.ts'
import { READY } from '../support/setup.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The archives' variables of the Observation Portal that all belong to. */
    portal: Record<string, string>
    /** The port of the S3 server, and an archive's variables for it; null: there is none. */
    s3: { port: number; env: Record<string, string> } | null
  }
}

/** Starts what the archives on all runtimes share: PostgreSQL, S3 and a portal with the accounts of the recordings. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [server, portal, s3] = await Promise.all([startPostgres(), startPortal(accounts()), hasS3 ? testS3() : null])
  const sql = poolAt(await server.createDatabase(READY))
  await migrate(sql)
  await sql.end()
  project.provide('postgres', server.url('postgres'))
  project.provide('portal', portal.env)
  project.provide('s3', s3 && { port: s3.port, env: s3Variables(s3.config, s3.port) })
  return async () => {
    await Promise.all([server.stop(), portal.stop(), s3?.remove()])
  }
}

/** A database of the shared server, a copy of the migrated one unless told; gives its URL. */
export async function createDatabase(template = READY): Promise<string> {
  const server = inject('postgres')!
  const admin = postgres(server, { max: 1, onnotice: () => {} })
  const name = `platestack_test_${randomBytes(6).toString('hex')}`
  await admin`create database ${admin(name)} template ${admin(template)}`
  await admin.end()
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
}

/** Makes the superuser of the portal known to an archive, as the portal does; gives its token. */
export async function introduceSuperuser(baseUrl: string): Promise<string> {
  const { apiToken, profile } = accounts().find((account) => account.profile.is_superuser)!
  const response = await fetch(`${baseUrl}/authprofile/addupdateuser/`, {
    method: 'POST',
    headers: { authorization: `Server ${SERVER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(profile),
  })
  if (!response.ok) throw new Error(`no superuser: ${response.status} ${await response.text()}`)
  return apiToken
}

/** A versioned bucket of the shared S3 server. */
export async function createBucket(): Promise<{ client: S3Client; bucket: string }> {
  const { env } = inject('s3')!
  const bucket = `frames-${randomBytes(6).toString('hex')}`
  const client = new S3Client({
    region: env.AWS_DEFAULT_REGION!,
    endpoint: env.S3_ENDPOINT_URL!,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  return { client, bucket }
}
