// What the store uses of the AWS SDK, which is loaded with the first store on S3: it costs a quarter
// of a second. By these names alone, so that a bundle leaves the other hundred commands out.
export {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
