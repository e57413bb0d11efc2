import type { MemcachedServer, PostgresTarget } from './connections.ts'
import type { FileClassOverrides } from './file_classes.ts'
import type { Network } from './networks.ts'
import type { Rate } from './parsers.ts'

type Names = readonly string[]

/** `embedded`: PGlite in `dir`. `postgres`: without a replica the reader is the writer itself. */
export type DatabaseConfig =
  | { readonly kind: 'embedded'; readonly dir: string }
  | {
      readonly kind: 'postgres'
      readonly writer: PostgresTarget
      readonly reader: PostgresTarget
      /** Seconds behind the writer from which on the reader is not read from. */
      readonly maxLagS: number
      /** Whether statements are prepared; `auto`: unless a pooler turns out not to keep them. */
      readonly prepare: 'auto' | 'always' | 'never'
    }

export type CacheConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'memcached'; readonly servers: readonly MemcachedServer[] }

export interface FilesConfig {
  readonly kind: 'dummy' | 'local' | 's3'
  /** Directory of the local store. */
  readonly root: string
  /**
   * Where the local store is served, without a trailing slash; null: by the archive, under /files/.
   */
  readonly baseUrl: string | null
  readonly classOverrides: FileClassOverrides
}

export interface S3Config {
  readonly bucket: string
  /** Without a trailing slash; null: AWS's endpoint for the region. */
  readonly endpoint: string | null
  readonly region: string
  /** Null: those of the machine's role, if any. */
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string | null
  } | null
  readonly signatureVersion: 's3v4'
  readonly addressingStyle: 'virtual' | 'path' | 'auto'
  readonly daysToIaStorage: number
}

export interface PortalConfig {
  /** `defaults`: no portal is configured, so there is none to ask. */
  readonly source: 'environment' | 'defaults'
  readonly clientId: string
  readonly clientSecret: string
  readonly tokenUrl: string
  readonly profileUrl: string
  /** Null: server calls are not accepted. */
  readonly serverKey: string | null
}

/** The header keyword that holds each fact about a file. */
export interface HeaderKeys {
  readonly observationDate: string
  readonly observationDay: string
  readonly observationEndTime: string
  readonly reductionLevel: string
  readonly exposureTime: string
  readonly instrumentId: string
  readonly siteId: string
  readonly telescopeId: string
  readonly observationId: string
  readonly configurationId: string
  readonly primaryOpticalElement: string
  readonly targetName: string
  readonly requestId: string
  readonly requestgroupId: string
  readonly configurationType: string
  readonly proposalId: string
  readonly catalogTargetFrame: string
  readonly publicDate: string
  readonly relatedFrames: Names
  readonly thumbnailFrameBasename: string
  readonly thumbnailSize: string
  readonly radius: string
  readonly ra: string
  readonly dec: string
}

export interface IngestConfig {
  /** Archive to post to, without a trailing slash; null: the configured database. */
  readonly apiRoot: string | null
  readonly authToken: string | null
  /**
   * Portal that knows the proposals' tags, without a trailing slash; null: tags are not looked up.
   */
  readonly tags: { readonly baseUrl: string; readonly apiToken: string | null } | null
  readonly headerBlacklist: Names
  readonly requiredHeaders: Names
  readonly requiredThumbnailMetadata: Names
  readonly nullHeaderValues: Names
  readonly ignoredChars: Names
  readonly calibrationTypes: Names
  readonly publicProposals: Names
  readonly privateProposals: Names
  readonly privateFileTypes: Names
  readonly daysUntilPublic: number
  readonly publicProposalTags: Names
  readonly privateProposalTags: Names
  readonly headerKeys: HeaderKeys
}

/** Database time, of which all comes back within a period. */
export interface TimeBudget {
  /** Seconds of database time. */
  readonly amount: number
  /** Length of the period. */
  readonly seconds: number
}

/** The archive's whole configuration, checked. */
export interface Config {
  /** Null: generated once and kept. */
  readonly secretKey: string | null
  readonly debug: boolean
  /** Whether each request has a line in the log. */
  readonly accessLog: boolean
  readonly dataDir: string
  /** Processes that serve; null: as many as the machine has cores. */
  readonly workers: number | null
  readonly http: { readonly host: string; readonly port: number; readonly maxConnections: number }
  /** Seconds in which requests are still taken once the process is told to stop. */
  readonly drainS: number
  readonly trustedProxies: readonly Network[]
  /** Who may read /metrics. */
  readonly metricsAllow: readonly Network[]
  readonly cache: CacheConfig
  readonly throttle: { readonly anon: Rate; readonly user: Rate }
  /** Seconds that a search may take for whom nobody signed in; what searches may take together. */
  readonly search: {
    readonly anonTimeoutS: number
    readonly anonBudget: TimeBudget
    readonly userBudget: TimeBudget
  }
  readonly database: DatabaseConfig
  readonly files: FilesConfig
  readonly s3: S3Config
  readonly zip: {
    readonly delivery: 'auto' | 'manifest' | 'stream'
    readonly filenameBase: string
    readonly maxUncompressedFiles: number
  }
  /** brokerUrl null: no broker; several are separated by `;`. */
  readonly events: { readonly enabled: boolean; readonly brokerUrl: string | null; readonly exchange: string }
  readonly portal: PortalConfig
  readonly configurationTypes: {
    /** Without a trailing slash; null: no such service. */
    readonly configdbUrl: string | null
    readonly accepted: Names
    readonly science: Names
  }
  readonly pagination: { readonly defaultLimit: number; readonly maxLimit: number }
  readonly thumbnails: { readonly sizes: Names }
  /** Links that are null are not shown. */
  readonly appearance: {
    readonly title: string
    readonly titleUrl: string | null
    readonly termsUrl: string | null
    readonly documentationUrl: string | null
  }
  readonly expiry: { readonly guideCamerasToPersist: Names }
  readonly ingest: IngestConfig
}
