// Makes the archive's bucket (BUCKET at S3_ENDPOINT_URL) and has it keep versions, which the archive counts on. Run again it changes nothing.

import { CreateBucketCommand, HeadBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'

const { BUCKET: Bucket, S3_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: region } = process.env
const client = new S3Client({ endpoint, region, forcePathStyle: true })
const isThere = await client.send(new HeadBucketCommand({ Bucket })).then(
  () => true,
  (error) => {
    if (error.$metadata?.httpStatusCode === 404) return false
    throw error
  },
)
if (!isThere) await client.send(new CreateBucketCommand({ Bucket }))
await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
process.stdout.write(`the bucket ${Bucket} is there, and keeps versions\n`)
