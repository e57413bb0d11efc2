import { brokerUrl, cacheBackend, postgresUrl, TLS_MODES } from './connections.ts'
import { fileClassOverrides } from './file_classes.ts'
import { networks } from './networks.ts'
import { endpoint, headerPairs, pairs, SAMPLERS, share } from './otel_parsers.ts'
import {
  baseUrl,
  commaList,
  directory,
  fileNamePart,
  flag,
  hostName,
  httpUrl,
  integerBetween,
  linkTarget,
  nonEmptyCommaList,
  oneOf,
  type Parser,
  port,
  rate,
  trimmed,
  verbatim,
} from './parsers.ts'

/**
 * One environment variable.
 * `fallback` is the text used if it is missing, null for none; `shown` is the default that help
 * shows.
 * `blank`: whether an empty text counts as missing, or means something (an empty list, no link).
 */
export interface Variable<T> {
  readonly parse: Parser<T>
  readonly fallback: string | null
  readonly shown: string
  readonly about: string
  readonly secrecy: 'open' | 'secret'
  readonly blank: 'missing' | 'given'
}

type Extra = Partial<Pick<Variable<unknown>, 'secrecy' | 'blank'>>
const SECRET: Extra = { secrecy: 'secret' }
const MAY_BE_BLANK: Extra = { blank: 'given' }

function defaulted<T>(parse: Parser<T>, fallback: string, about: string, extra: Extra = {}): Variable<T> {
  return { parse, fallback, shown: fallback, about, secrecy: 'open', blank: 'missing', ...extra }
}

/** `unset` says what happens without the variable. */
function optional<T>(parse: Parser<T>, unset: string, about: string, extra: Extra = {}): Variable<T | null> {
  return { parse, fallback: null, shown: unset, about, secrecy: 'open', blank: 'missing', ...extra }
}

/** A list that may be emptied by setting the variable to an empty text. */
const names = (fallback: string, about: string) => defaulted(commaList, fallback, about, MAY_BE_BLANK)
const keyword = (fallback: string, about: string) => defaulted(trimmed, fallback, about)
/** Without an address there is no link. */
const pageLink = (about: string) => optional(linkTarget, 'no link', about, MAY_BE_BLANK)
const count = (min: number) => integerBetween(min, 1_000_000_000)
// beyond about 7900 years from now, dates need more than four digits for the year
const days = integerBetween(0, 2_900_000)

/**
 * The environment, section by section, as `platestack serve --help` lists it. Names and meanings
 * are the reference's.
 */
export const SECTIONS = {
  Server: {
    SECRET_KEY: optional(
      verbatim,
      'made once and kept',
      'key for token hashes, encryption, signatures and cursors',
      SECRET,
    ),
    DEBUG: defaulted(flag, 'False', 'verbose errors and logs'),
    ACCESS_LOG: defaulted(flag, 'True', 'a line in the log for each request'),
    HOST: defaulted(hostName, '127.0.0.1', 'address to listen on'),
    PORT: defaulted(integerBetween(0, 65535), '8000', 'port to listen on (0: any free one)'),
    PLATESTACK_MAX_CONNECTIONS: defaulted(integerBetween(1, 1_000_000), '1000', 'maximum number of client connections'),
    WORKERS: optional(
      integerBetween(1, 1000),
      'one per core, at most 16; one when embedded',
      'processes that serve; they share the maxima',
    ),
    PLATESTACK_ENV_FILE: optional(
      trimmed,
      'none',
      'file of more variables, NAME=VALUE a line, which win over the environment; read again at SIGHUP',
    ),
    DRAIN_SECONDS: defaulted(
      integerBetween(0, 3600),
      '0',
      'seconds in which requests are still taken after SIGTERM, while /health/ready/ says 503',
    ),
    PLATESTACK_DATA_DIR: defaulted(directory, './data', 'where the embedded defaults keep database, files and keys'),
    TRUSTED_PROXIES: defaulted(
      networks,
      'loopback',
      'addresses whose X-Forwarded-* are believed (empty: nobody)',
      MAY_BE_BLANK,
    ),
    METRICS_ALLOW: defaulted(networks, 'loopback', 'addresses that may read /metrics (empty: nobody)', MAY_BE_BLANK),
    CACHE_LOC: optional(trimmed, 'in memory', 'Memcached host:port, comma separated'),
    CACHE_BACKEND: optional(cacheBackend, 'memcached where CACHE_LOC is set', 'memcached or local memory'),
    THROTTLE_ANON: defaulted(rate, '200000/day', 'requests per period from an anonymous address'),
    THROTTLE_USER: defaulted(rate, '1000000000/day', 'requests per period of a user; staff are never throttled'),
    SEARCH_TIMEOUT_ANON: defaulted(
      integerBetween(1, 30),
      '10',
      'seconds that an anonymous search may take; those of users may take 30',
    ),
    SEARCH_BUDGET_ANON: defaulted(
      rate,
      '60/minute',
      'seconds of database time per period for the searches of an anonymous address; quick ones are free',
    ),
    SEARCH_BUDGET_USER: defaulted(rate, '180/minute', 'the same for those of a user; staff have no budget'),
  },
  Database: {
    DATABASE_URL: optional(
      postgresUrl,
      'embedded, unless a DB_* is set',
      'PostgreSQL as a URL; wins over DB_*',
      SECRET,
    ),
    DATABASE_READER_URL: optional(
      postgresUrl,
      'the writer',
      'the replica that reads go to, as a URL, beside DATABASE_URL',
      SECRET,
    ),
    DB_HOST: defaulted(hostName, '127.0.0.1', 'PostgreSQL writer'),
    DB_HOST_READER: optional(hostName, 'the writer', 'the replica that reads go to, beside DB_HOST'),
    DB_PORT: defaulted(port, '5432', 'port of the writer'),
    DB_PORT_READER: optional(port, 'DB_PORT', 'port of the replica'),
    REPLICA_MAX_LAG: defaulted(
      integerBetween(1, 30),
      '5',
      'seconds behind the writer from which on the replica is not read from',
    ),
    DB_NAME: defaulted(trimmed, 'archive', 'name of the database'),
    DB_USER: defaulted(trimmed, 'postgres', 'user of the database'),
    DB_PASS: defaulted(verbatim, 'postgres', 'password of that user', { secrecy: 'secret', blank: 'given' }),
    DB_PREPARE: defaulted(
      oneOf('auto', 'always', 'never'),
      'auto',
      'whether statements are prepared; auto: unless a pooler drops them',
    ),
    PGSSLMODE: defaulted(oneOf(...TLS_MODES), 'prefer', `TLS to PostgreSQL: ${TLS_MODES.join(', ')}`),
    PGSSLROOTCERT: optional(
      trimmed,
      '~/.postgresql/root.crt, if it is there',
      "certificate of the authority that signed the server's; system: those Node knows",
    ),
    PGSSLCERT: optional(trimmed, 'none', 'client certificate'),
    PGSSLKEY: optional(trimmed, 'none', 'and its key'),
  },
  Files: {
    FILESTORE_TYPE: optional(oneOf('dummy', 'local', 's3'), 'local when embedded, else dummy', 'dummy, local or s3'),
    FILESYSTEM_STORAGE_ROOT_DIR: optional(directory, 'files in PLATESTACK_DATA_DIR', 'directory of the local store'),
    FILESYSTEM_STORAGE_BASE_URL: optional(
      baseUrl,
      'the archive itself, under /files/',
      'where the local store is served',
    ),
    BUCKET: defaulted(trimmed, 'testbucket', 'S3 bucket'),
    S3_ENDPOINT_URL: optional(baseUrl, "AWS's", 'S3 server'),
    AWS_DEFAULT_REGION: defaulted(trimmed, 'us-west-2', 'S3 region'),
    AWS_ACCESS_KEY_ID: defaulted(verbatim, '', 'S3 credentials', SECRET),
    AWS_SECRET_ACCESS_KEY: defaulted(verbatim, '', 'S3 credentials', SECRET),
    AWS_SESSION_TOKEN: optional(verbatim, '', 'S3 credentials that expire', SECRET),
    S3_SIGNATURE_VERSION: defaulted(oneOf('s3v4'), 's3v4', 's3v4, the only one S3 still takes everywhere'),
    S3_ADDRESSING_STYLE: defaulted(oneOf('virtual', 'path', 'auto'), 'virtual', 'virtual, path or auto'),
    S3_DAYS_TO_IA_STORAGE: defaulted(days, '60', 'age in days from which files go straight to infrequent access'),
    FILETYPE_MAPPING_OVERRIDES: defaulted(fileClassOverrides, '{}', 'extension to file class, JSON or a Python dict'),
  },
  Downloads: {
    ZIP_DELIVERY: defaulted(oneOf('auto', 'manifest', 'stream'), 'auto', 'manifest for mod_zip, stream, or auto'),
    ZIP_DOWNLOAD_FILENAME_BASE: defaulted(fileNamePart, 'ocs_archive_data', 'first part of the name of a ZIP'),
    ZIP_DOWNLOAD_MAX_UNCOMPRESSED_FILES: defaulted(count(0), '10', 'maximum files in an uncompressed ZIP'),
  },
  Messages: {
    PROCESSED_EXCHANGE_ENABLED: defaulted(flag, 'True', 'whether to announce new frames'),
    QUEUE_BROKER_URL: defaulted(
      brokerUrl,
      'memory://localhost',
      'RabbitMQ, several separated by ; are tried in turn; memory:// means none',
      SECRET,
    ),
    PROCESSED_EXCHANGE_NAME: defaulted(trimmed, 'archived_fits', 'exchange that announcements go to'),
  },
  'Observation Portal': {
    OAUTH_CLIENT_ID: defaulted(trimmed, '', "the archive's own id at the portal"),
    OAUTH_CLIENT_SECRET: defaulted(verbatim, '', 'and its secret', SECRET),
    OAUTH_TOKEN_URL: defaulted(httpUrl, 'http://localhost/o/token/', 'where passwords are checked'),
    OAUTH_PROFILE_URL: defaulted(httpUrl, 'http://localhost/api/profile/', 'where tokens and proposals are looked up'),
    OAUTH_SERVER_KEY: optional(verbatim, 'no server call is accepted', "key of the portal's own calls", SECRET),
  },
  'Configuration types': {
    CONFIGDB_URL: optional(baseUrl, 'the list below', 'service that knows the configuration types'),
    CONFIGURATION_TYPES: defaulted(
      nonEmptyCommaList,
      'BIAS,DARK,EXPOSE,SPECTRUM,LAMPFLAT,SKYFLAT,STANDARD,TRAILED,GUIDE,EXPERIMENTAL,CATALOG,' +
        'ARC,DOUBLE,TARGET,TRACE,BPM,OBJECT',
      'types that are accepted without that service',
    ),
    SCIENCE_CONFIGURATION_TYPES: defaulted(
      nonEmptyCommaList,
      'EXPOSE,TARGET,SPECTRUM,CATALOG,OBJECT',
      'types that exclude_calibrations keeps',
    ),
  },
  'OpenTelemetry traces': {
    OTEL_EXPORTER_OTLP_ENDPOINT: optional(baseUrl, 'no traces', 'receiver of OTLP over HTTP, /v1/traces is added'),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: optional(endpoint, 'the one above', 'the same, with its path'),
    OTEL_EXPORTER_OTLP_HEADERS: defaulted(headerPairs, '', 'headers for it: name=value, comma separated', SECRET),
    OTEL_EXPORTER_OTLP_PROTOCOL: defaulted(
      oneOf('http/json', 'http/protobuf', 'grpc'),
      'http/json',
      'traces are sent as JSON, which receivers take where they take protobuf',
    ),
    OTEL_SERVICE_NAME: optional(trimmed, 'platestack', 'what the archive is called in traces'),
    OTEL_RESOURCE_ATTRIBUTES: defaulted(pairs, '', 'what else is said of it: name=value, comma separated'),
    OTEL_TRACES_EXPORTER: defaulted(oneOf('otlp', 'none'), 'otlp', 'none: no traces'),
    OTEL_TRACES_SAMPLER: defaulted(oneOf(...SAMPLERS), 'parentbased_always_on', 'which requests are traced'),
    OTEL_TRACES_SAMPLER_ARG: defaulted(share, '1', 'share of them, for the samplers by ratio'),
    OTEL_SDK_DISABLED: defaulted(flag, 'False', 'True: no traces'),
  },
  'Lists and pages': {
    PAGINATION_DEFAULT_LIMIT: defaulted(count(1), '100', 'frames per page'),
    PAGINATION_MAX_LIMIT: defaulted(count(1), '1000', 'maximum frames per page'),
    THUMBNAIL_SIZE_CHOICES: defaulted(nonEmptyCommaList, 'small,medium,large', 'sizes a thumbnail may have'),
    NAVBAR_TITLE_TEXT: defaulted(trimmed, 'Science Archive API', 'title of the pages'),
    NAVBAR_TITLE_URL: pageLink('where the title leads'),
    TERMS_OF_SERVICE_URL: pageLink('terms of service'),
    DOCUMENTATION_URL: pageLink('documentation'),
  },
  Ingest: {
    API_ROOT: optional(baseUrl, 'the configured database', 'archive that `platestack ingest` posts to'),
    AUTH_TOKEN: optional(verbatim, '', 'token for it', SECRET),
    OBSERVATION_PORTAL_BASE_URL: optional(baseUrl, 'no tags', 'portal that knows the tags of proposals'),
    OBSERVATION_PORTAL_API_TOKEN: optional(verbatim, '', 'token for it', SECRET),
    HEADER_BLACKLIST: names('HISTORY,COMMENT', 'headers that are dropped'),
    REQUIRED_HEADERS: names(
      'PROPID,DATE-OBS,DAY-OBS,INSTRUME,SITEID,TELID,OBSTYPE,BLKUID',
      'headers a frame must have',
    ),
    REQUIRED_THUMBNAIL_METADATA: names(
      'frame_basename,size,DATE-OBS,DAY-OBS,INSTRUME,SITEID,TELID',
      'metadata a thumbnail must have',
    ),
    NULL_HEADER_VALUES: names('N/A,UNSPECIFIED,UNKNOWN', 'header values that mean nothing'),
    IGNORED_CHARS: names('-l00,tstnrs', 'files with one of these in their basename are skipped'),
    CALIBRATION_TYPES: names('BIAS,DARK,SKYFLAT,EXPERIMENTAL', 'configuration types that are public at once'),
    PUBLIC_PROPOSALS: names(
      'EPO,calib,standard,pointing',
      'proposals with one of these in their id are public at once',
    ),
    PRIVATE_PROPOSALS: names('LCOEngineering', 'proposals with one of these in their id stay private'),
    PRIVATE_FILE_TYPES: names('-t00,-x00', 'files with one of these in their basename stay private'),
    DAYS_UNTIL_PUBLIC: defaulted(days, '365', 'days from the observation until other frames become public'),
    PUBLIC_PROPOSAL_TAGS: names('public', 'tags of proposals that are public at once'),
    PRIVATE_PROPOSAL_TAGS: names('private,internal', 'tags of proposals that stay private'),
    GUIDE_CAMERAS_TO_PERSIST: names('', 'guide cameras whose frames do not expire after a year'),
  },
  'Header keywords': {
    OBSERVATION_DATE_KEY: keyword('DATE-OBS', 'start of the observation'),
    OBSERVATION_DAY_KEY: keyword('DAY-OBS', 'observing day'),
    OBSERVATION_END_TIME_KEY: keyword('UTSTOP', 'end of the observation'),
    REDUCTION_LEVEL_KEY: keyword('RLEVEL', 'reduction level'),
    EXPOSURE_TIME_KEY: keyword('EXPTIME', 'exposure time in seconds'),
    INSTRUMENT_ID_KEY: keyword('INSTRUME', 'instrument'),
    SITE_ID_KEY: keyword('SITEID', 'site'),
    TELESCOPE_ID_KEY: keyword('TELID', 'telescope'),
    OBSERVATION_ID_KEY: keyword('BLKUID', 'observation'),
    CONFIGURATION_ID_KEY: keyword('MOLUID', 'configuration'),
    PRIMARY_OPTICAL_ELEMENT_KEY: keyword('FILTER', 'primary optical element'),
    TARGET_NAME_KEY: keyword('OBJECT', 'target name'),
    REQUEST_ID_KEY: keyword('REQNUM', 'request'),
    REQUESTGROUP_ID_KEY: keyword('TRACKNUM', 'request group'),
    CONFIGURATION_TYPE_KEY: keyword('OBSTYPE', 'configuration type'),
    PROPOSAL_ID_KEY: keyword('PROPID', 'proposal'),
    CATALOG_TARGET_FRAME_KEY: keyword('L1IDCAT', 'catalogue of the frame'),
    PUBLIC_DATE_KEY: keyword('L1PUBDAT', 'public date'),
    RELATED_FRAME_KEYS: names(
      'L1IDBIAS,L1IDDARK,L1IDFLAT,L1IDSHUT,L1IDMASK,L1IDFRNG,L1IDCAT,L1IDARC,L1ID1D,L1ID2D,L1IDSUM,' +
        'TARFILE,ORIGNAME,ARCFILE,FLATFILE,GUIDETAR',
      'names of related frames',
    ),
    THUMBNAIL_FRAME_BASENAME_KEY: keyword('frame_basename', 'frame of a thumbnail'),
    THUMBNAIL_SIZE_KEY: keyword('size', 'size of a thumbnail'),
    RADIUS_KEY: keyword('RADIUS', 'radius of the area in arcseconds'),
    RA_KEY: keyword('RA', 'right ascension in hours'),
    DEC_KEY: keyword('DEC', 'declination in degrees'),
  },
} as const
