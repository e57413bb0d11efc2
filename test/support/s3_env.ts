import type { S3Config } from '../../src/config/types.ts'

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
