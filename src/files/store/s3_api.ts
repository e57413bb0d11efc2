import type {
  DeleteObjectCommandInput,
  GetBucketVersioningCommandInput,
  GetBucketVersioningCommandOutput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  ObjectVersion,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3'
import type { Credentials, Location } from './sigv4.ts'

/** What tells an MD5, and whether the ETag is one. */
type Digest = 'ETag' | 'ServerSideEncryption' | 'SSECustomerAlgorithm'

/** What the store asks of S3 in the SDK's terms: what it gives with each, and what it needs back. */
export interface Commands {
  GetObject: [
    Pick<GetObjectCommandInput, 'Bucket' | 'Key' | 'VersionId' | 'Range'>,
    Pick<GetObjectCommandOutput, 'ContentLength' | 'ContentRange' | 'LastModified' | Digest> & {
      Body?: AsyncIterable<Uint8Array>
    },
  ]
  HeadObject: [
    Pick<HeadObjectCommandInput, 'Bucket' | 'Key' | 'VersionId'>,
    Pick<HeadObjectCommandOutput, 'ContentLength' | 'LastModified' | 'VersionId' | 'Metadata' | Digest>,
  ]
  DeleteObject: [Pick<DeleteObjectCommandInput, 'Bucket' | 'Key' | 'VersionId'>, unknown]
  GetBucketVersioning: [
    Pick<GetBucketVersioningCommandInput, 'Bucket'>,
    Pick<GetBucketVersioningCommandOutput, 'Status'>,
  ]
  ListObjectVersions: [
    Pick<ListObjectVersionsCommandInput, 'Bucket' | 'Prefix' | 'KeyMarker' | 'VersionIdMarker'>,
    {
      Versions?: Pick<ObjectVersion, 'Key' | 'VersionId' | 'ETag' | 'Size' | 'LastModified'>[] | undefined
    } & Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'>,
  ]
  PutObject: [PutObjectCommandInput, Pick<PutObjectCommandOutput, 'VersionId' | 'ETag'>]
}

/** Credentials, and until when they are valid. */
export interface Resolved extends Credentials {
  expiration?: Date
}

/** A way to ask S3. What it refuses is thrown as the SDK throws it (`s3_errors.ts`). */
export interface S3Api {
  /** Where the bucket's objects are. */
  location: Location
  send<N extends keyof Commands>(
    command: N,
    input: Commands[N][0],
    options: { abortSignal: AbortSignal },
  ): Promise<Commands[N][1]>
  credentials(): Promise<Resolved>
  close(): void
}
