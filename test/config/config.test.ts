import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Config,
  ConfigError,
  type Environment,
  matchesTrustedProxy,
  parseConfig,
  SECTIONS,
  VARIABLES,
} from '../../src/config/config.ts'

/** The error that an environment gives; fails when there is none. */
function refusal(env: Environment): ConfigError {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error(`accepted: ${JSON.stringify(env)}`)
}

/** The variables that an environment is refused for. */
const refused = (env: Environment): string[] => refusal(env).problems.map(({ variable }) => variable)

const LOOPBACK = [
  { bytes: [127, 0, 0, 0], bits: 8 },
  { bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], bits: 128 },
]

const DEFAULTS: Config = {
  secretKey: null,
  debug: false,
  dataDir: './data',
  http: { host: '127.0.0.1', port: 8000, maxConnections: 1000 },
  trustedProxies: LOOPBACK,
  cache: { kind: 'memory' },
  throttle: { anon: { requests: 200000, seconds: 86400 }, user: { requests: 1000000000, seconds: 86400 } },
  database: { kind: 'embedded', dir: './data/database' },
  files: { kind: 'local', root: './data/files', baseUrl: null, classOverrides: {} },
  s3: {
    bucket: 'testbucket',
    endpoint: null,
    region: 'us-west-2',
    credentials: null,
    signatureVersion: 's3v4',
    addressingStyle: 'virtual',
    daysToIaStorage: 60,
  },
  zip: { delivery: 'auto', filenameBase: 'ocs_archive_data', maxUncompressedFiles: 10 },
  events: { enabled: true, brokerUrl: null, exchange: 'archived_fits' },
  portal: {
    source: 'defaults',
    clientId: '',
    clientSecret: '',
    tokenUrl: 'http://localhost/o/token/',
    profileUrl: 'http://localhost/api/profile/',
    serverKey: null,
  },
  configurationTypes: {
    configdbUrl: null,
    accepted: [
      ...['BIAS', 'DARK', 'EXPOSE', 'SPECTRUM', 'LAMPFLAT', 'SKYFLAT', 'STANDARD', 'TRAILED', 'GUIDE', 'EXPERIMENTAL'],
      ...['CATALOG', 'ARC', 'DOUBLE', 'TARGET', 'TRACE', 'BPM', 'OBJECT'],
    ],
    science: ['EXPOSE', 'TARGET', 'SPECTRUM', 'CATALOG', 'OBJECT'],
  },
  pagination: { defaultLimit: 100, maxLimit: 1000 },
  thumbnails: { sizes: ['small', 'medium', 'large'] },
  appearance: {
    title: 'Science Archive API',
    titleUrl: null,
    termsUrl: null,
    documentationUrl: null,
  },
  expiry: { guideCamerasToPersist: [] },
  ingest: {
    apiRoot: null,
    authToken: null,
    tags: null,
    headerBlacklist: ['HISTORY', 'COMMENT'],
    requiredHeaders: ['PROPID', 'DATE-OBS', 'DAY-OBS', 'INSTRUME', 'SITEID', 'TELID', 'OBSTYPE', 'BLKUID'],
    requiredThumbnailMetadata: ['frame_basename', 'size', 'DATE-OBS', 'DAY-OBS', 'INSTRUME', 'SITEID', 'TELID'],
    nullHeaderValues: ['N/A', 'UNSPECIFIED', 'UNKNOWN'],
    ignoredChars: ['-l00', 'tstnrs'],
    calibrationTypes: ['BIAS', 'DARK', 'SKYFLAT', 'EXPERIMENTAL'],
    publicProposals: ['EPO', 'calib', 'standard', 'pointing'],
    privateProposals: ['LCOEngineering'],
    privateFileTypes: ['-t00', '-x00'],
    daysUntilPublic: 365,
    publicProposalTags: ['public'],
    privateProposalTags: ['private', 'internal'],
    headerKeys: {
      observationDate: 'DATE-OBS',
      observationDay: 'DAY-OBS',
      observationEndTime: 'UTSTOP',
      reductionLevel: 'RLEVEL',
      exposureTime: 'EXPTIME',
      instrumentId: 'INSTRUME',
      siteId: 'SITEID',
      telescopeId: 'TELID',
      observationId: 'BLKUID',
      configurationId: 'MOLUID',
      primaryOpticalElement: 'FILTER',
      targetName: 'OBJECT',
      requestId: 'REQNUM',
      requestgroupId: 'TRACKNUM',
      configurationType: 'OBSTYPE',
      proposalId: 'PROPID',
      catalogTargetFrame: 'L1IDCAT',
      publicDate: 'L1PUBDAT',
      relatedFrames: [
        ...['L1IDBIAS', 'L1IDDARK', 'L1IDFLAT', 'L1IDSHUT', 'L1IDMASK', 'L1IDFRNG', 'L1IDCAT', 'L1IDARC', 'L1ID1D'],
        ...['L1ID2D', 'L1IDSUM', 'TARFILE', 'ORIGNAME', 'ARCFILE', 'FLATFILE', 'GUIDETAR'],
      ],
      thumbnailFrameBasename: 'frame_basename',
      thumbnailSize: 'size',
      radius: 'RADIUS',
      ra: 'RA',
      dec: 'DEC',
    },
  },
}

describe('an environment that says nothing', () => {
  test('gives the embedded defaults', () => {
    expect(parseConfig({})).toEqual(DEFAULTS)
  })

  test('may say it with empty and blank variables, and undefined ones', () => {
    const missing = Object.entries(VARIABLES).filter(([, variable]) => variable.blank === 'missing')
    expect(missing.length).toBeGreaterThan(60)
    for (const nothing of ['', '  ', undefined]) {
      expect(parseConfig(Object.fromEntries(missing.map(([name]) => [name, nothing])))).toEqual(DEFAULTS)
    }
  })

  test('is not changed by variables that are not ours', () => {
    expect(parseConfig({ PATH: '/bin', DB_PORTS: 'x', __proto__: 'x', constructor: 'x' })).toEqual(DEFAULTS)
  })
})

describe('a refusal', () => {
  test('lists every bad variable with its value and what is expected, in one error', () => {
    const error = refusal({
      PORT: 'eighty',
      DEBUG: 'maybe',
      THROTTLE_ANON: '10/fortnight',
      DB_HOST: 'db',
      DB_PORT: '0',
    })
    expect(error.message).toBe(
      [
        'The configuration has mistakes:',
        '  DEBUG is "maybe": expected True or False',
        '  PORT is "eighty": expected a whole number from 0 to 65535',
        '  THROTTLE_ANON is "10/fortnight": expected N/second, N/minute, N/hour or N/day, with N at least 1',
        '  DB_PORT is "0": expected a whole number from 1 to 65535',
      ].join('\n'),
    )
    expect(error.problems[0]).toEqual({ variable: 'DEBUG', value: '"maybe"', expected: 'True or False' })
  })

  test('never shows a secret, nor the password in a URL', () => {
    const password = 'hunter2'
    const env = {
      DATABASE_URL: `mysql://u:${password}@db/archive`,
      DATABASE_READER_URL: `postgres://u:${password}#x@db/archive`,
      QUEUE_BROKER_URL: `redis://u:${password}@broker`,
      CONFIGDB_URL: `ftp://u:${password}@configdb/`,
      OAUTH_TOKEN_URL: `u:${password}@portal`,
      DB_HOST: `postgres://u:${password}@db/archive`,
    }
    const error = refusal(env)
    expect(error.problems.map(({ variable }) => variable).sort()).toEqual(Object.keys(env).sort())
    expect(error.message).not.toContain(password)
    expect(error.message).toContain('CONFIGDB_URL is "ftp://…@configdb/": expected a URL')
    expect(error.message).toContain('DATABASE_URL is not usable (not shown): expected postgres://USER')
  })

  test('shows a long or unprintable value cut and escaped', () => {
    expect(refusal({ PORT: 'x'.repeat(1000) }).message.length).toBeLessThan(300)
    expect(refusal({ PORT: '80\u001b[2J' }).message).toContain('"80\\u001b[2J"')
  })
})

describe('plain values', () => {
  test.each(['True', 'true', '1', 'yes', 'on', ' TRUE '])('%j is true', (text) => {
    expect(parseConfig({ DEBUG: text, PROCESSED_EXCHANGE_ENABLED: text })).toMatchObject({
      debug: true,
      events: { enabled: true },
    })
  })

  test.each(['False', 'false', '0', 'no', 'off'])('%j is false', (text) => {
    expect(parseConfig({ DEBUG: text, PROCESSED_EXCHANGE_ENABLED: text })).toMatchObject({
      debug: false,
      events: { enabled: false },
    })
  })

  test('numbers are whole and within bounds', () => {
    expect(parseConfig({ PORT: ' 0 ', DAYS_UNTIL_PUBLIC: '1_000' })).toMatchObject({
      http: { port: 0 },
      ingest: { daysUntilPublic: 1000 },
    })
    for (const PORT of ['-1', '65536', '80.5', '0x50', '1e3', '8000a', '9'.repeat(400)]) {
      expect(refused({ PORT })).toEqual(['PORT'])
    }
  })

  test('lists are split at commas and trimmed', () => {
    expect(parseConfig({ CONFIGURATION_TYPES: ' EXPOSE, BIAS ,,DARK,' }).configurationTypes.accepted).toEqual([
      'EXPOSE',
      'BIAS',
      'DARK',
    ])
  })

  test('an emptied list means none where that makes sense, and the default where all would be refused', () => {
    const { ingest, configurationTypes } = parseConfig({
      IGNORED_CHARS: '',
      HEADER_BLACKLIST: ' ',
      CONFIGURATION_TYPES: '',
    })
    expect([ingest.ignoredChars, ingest.headerBlacklist]).toEqual([[], []])
    expect(configurationTypes.accepted).toEqual(DEFAULTS.configurationTypes.accepted)
    expect(refused({ CONFIGURATION_TYPES: ',' })).toEqual(['CONFIGURATION_TYPES'])
  })

  test.each([
    ['5/second', 5, 1],
    ['5/s', 5, 1],
    ['60/min', 60, 60],
    ['60/m', 60, 60],
    ['100 / hour', 100, 3600],
    ['100/h', 100, 3600],
    ['10000/day', 10000, 86400],
    ['10000/d', 10000, 86400],
  ])('%j is %i requests in %i s', (THROTTLE_USER, requests, seconds) => {
    expect(parseConfig({ THROTTLE_USER }).throttle.user).toEqual({ requests, seconds })
  })

  test.each(['5', '5/', '/day', '0/day', '-1/day', '1.5/day', '5/month', '5/days/2'])(
    '%j is no rate',
    (THROTTLE_USER) => {
      expect(refused({ THROTTLE_USER })).toEqual(['THROTTLE_USER'])
    },
  )

  test('secrets keep their spaces', () => {
    expect(parseConfig({ SECRET_KEY: ' k ', OAUTH_SERVER_KEY: ' s ' })).toMatchObject({
      secretKey: ' k ',
      portal: { serverKey: ' s ' },
    })
  })

  test('a name for ZIP files that would break out of its header is refused', () => {
    for (const ZIP_DOWNLOAD_FILENAME_BASE of ['a"b', 'a/b', 'a\\b', 'a\nb', 'a;b']) {
      expect(refused({ ZIP_DOWNLOAD_FILENAME_BASE })).toEqual(['ZIP_DOWNLOAD_FILENAME_BASE'])
    }
  })

  test('words are read in any case, others are refused', () => {
    expect(parseConfig({ ZIP_DELIVERY: 'Manifest', FILESTORE_TYPE: 'S3' })).toMatchObject({
      zip: { delivery: 'manifest' },
      files: { kind: 's3' },
    })
    expect(refused({ ZIP_DELIVERY: 'tar', FILESTORE_TYPE: 'ftp', S3_SIGNATURE_VERSION: 's3' })).toEqual([
      'FILESTORE_TYPE',
      'S3_SIGNATURE_VERSION',
      'ZIP_DELIVERY',
    ])
  })
})

describe('the database', () => {
  const target = {
    tls: { mode: 'prefer', rootCert: null, cert: null, key: null },
    host: '127.0.0.1',
    port: 5432,
    database: 'archive',
    user: 'postgres',
    password: 'postgres',
  }

  test('is embedded in the data directory when nothing names one', () => {
    const config = parseConfig({ PLATESTACK_DATA_DIR: '/srv/archive/', DB_HOST: '', DB_PASS: '' })
    expect(config).toMatchObject({
      dataDir: '/srv/archive',
      database: { kind: 'embedded', dir: '/srv/archive/database' },
      files: { kind: 'local', root: '/srv/archive/files' },
    })
    expect(parseConfig({ PLATESTACK_DATA_DIR: '/' }).database).toEqual({ kind: 'embedded', dir: '/database' })
  })

  test.each([
    ['DB_HOST', 'db', { host: 'db' }],
    ['DB_PORT', '5433', { port: 5433 }],
    ['DB_NAME', 'frames', { database: 'frames' }],
    ['DB_USER', 'archive', { user: 'archive' }],
    ['DB_PASS', ' p@ss ', { password: ' p@ss ' }],
  ])('is PostgreSQL as soon as %s is set, the reader being the writer and the store dummy', (name, value, part) => {
    const { database, files } = parseConfig({ [name]: value })
    const writer = { ...target, ...part }
    expect(database).toEqual({ kind: 'postgres', writer, reader: writer, prepare: 'auto' })
    expect(files.kind).toBe('dummy')
  })

  test('may have a replica beside it', () => {
    expect(parseConfig({ DB_HOST: 'rw', DB_HOST_READER: 'ro', DB_PASS: '' }).database).toEqual({
      kind: 'postgres',
      writer: { ...target, host: 'rw', password: '' },
      reader: { ...target, host: 'ro', password: '' },
      prepare: 'auto',
    })
  })

  test('is at DATABASE_URL, which wins over DB_*', () => {
    const url = 'postgres://u:p%40ss@db:5433/archive?sslmode=require&application_name=x'
    const tls = { ...target.tls, mode: 'require' }
    const stripped = 'postgres://u:p%40ss@db:5433/archive?application_name=x'
    expect(
      parseConfig({ DATABASE_URL: url, DB_HOST: 'other', DB_HOST_READER: 'other', DB_PREPARE: 'never' }).database,
    ).toEqual({
      kind: 'postgres',
      writer: { url: stripped, tls },
      reader: { url: stripped, tls },
      prepare: 'never',
    })
    expect(parseConfig({ DB_HOST: 'rw', DATABASE_READER_URL: 'postgresql://ro/archive' }).database).toEqual({
      kind: 'postgres',
      writer: { ...target, host: 'rw' },
      reader: { url: 'postgres://ro/archive', tls: target.tls },
      prepare: 'auto',
    })
  })

  test.each([
    'db',
    'postgres://',
    'postgres:///archive',
    'http://db/archive',
    'postgres://db:port/archive',
    'postgres://u:12#3@db/archive',
    'postgres://u:12/3@db/archive',
    'postgres://u:%zz@db/archive',
  ])('%j is no URL of one', (DATABASE_URL) => {
    expect(refused({ DATABASE_URL })).toEqual(['DATABASE_URL'])
  })

  test('cannot be a replica alone', () => {
    expect(refused({ DATABASE_READER_URL: 'postgres://ro/archive' })).toEqual(['DATABASE_READER_URL'])
  })
})

describe('files', () => {
  test('an S3 store gets its whole block', () => {
    const config = parseConfig({
      FILESTORE_TYPE: 's3',
      BUCKET: 'frames',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_SESSION_TOKEN: 'token',
      AWS_DEFAULT_REGION: 'eu-central-1',
      S3_ENDPOINT_URL: 'http://127.0.0.1:7480/',
      S3_ADDRESSING_STYLE: 'path',
      S3_DAYS_TO_IA_STORAGE: '0',
    })
    expect(config.files.kind).toBe('s3')
    expect(config.s3).toEqual({
      bucket: 'frames',
      endpoint: 'http://127.0.0.1:7480',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'token' },
      signatureVersion: 's3v4',
      addressingStyle: 'path',
      daysToIaStorage: 0,
    })
  })

  test('half of the credentials is refused, where the store is S3', () => {
    expect(refused({ FILESTORE_TYPE: 's3', AWS_ACCESS_KEY_ID: 'id' })).toEqual(['AWS_SECRET_ACCESS_KEY'])
    expect(refused({ FILESTORE_TYPE: 's3', AWS_SECRET_ACCESS_KEY: 'key' })).toEqual(['AWS_ACCESS_KEY_ID'])
    expect(parseConfig({ AWS_SECRET_ACCESS_KEY: 'key' }).s3.credentials).toBeNull()
  })

  test('a local store may be served elsewhere', () => {
    const env = { FILESYSTEM_STORAGE_ROOT_DIR: '/srv/files/', FILESYSTEM_STORAGE_BASE_URL: 'http://127.0.0.1:9600/' }
    expect(parseConfig(env).files).toEqual({
      kind: 'local',
      root: '/srv/files',
      baseUrl: 'http://127.0.0.1:9600',
      classOverrides: {},
    })
    expect(refused({ FILESYSTEM_STORAGE_BASE_URL: '/files/' })).toEqual(['FILESYSTEM_STORAGE_BASE_URL'])
  })

  test.each([
    ['{".tar": "ocs_archive.input.fitsfile.FitsFile"}', { '.tar': 'FitsFile' }],
    ["{'.tar': 'DataFile', '.jpg': \"ptr.JpgFile\",}", { '.tar': 'DataFile', '.jpg': 'JpgFile' }],
    [" {\n '.tar.gz' : 'a.b.LcoTarWithFitsFile' ,\n} ", { '.tar.gz': 'LcoTarWithFitsFile' }],
    ['{"\\u002efits": "a.\\x50trBaseFileClass"}', { '.fits': 'PtrBaseFileClass' }],
    ['{ }', {}],
  ])('reads the class overrides %j', (text, overrides) => {
    expect(parseConfig({ FILETYPE_MAPPING_OVERRIDES: text }).files.classOverrides).toEqual(overrides)
  })

  test.each([
    '[]',
    '{',
    '.tar=FitsFile',
    "{'.tar'}",
    "{'.tar': FitsFile}",
    "{'.tar': 'FitsFile'} x",
    "{'.tar': 'FitsFile',,}",
    "{'.tar': 'FitsFile' '.pdf': 'DataFile'}",
    "{'.tar': 'a.UnknownFile'}",
    "{'.tar': 'a.toString'}",
    "{'tar': 'FitsFile'}",
    "{'.tar': 'FitsFile\"}",
  ])('refuses the class overrides %j', (text) => {
    expect(refused({ FILETYPE_MAPPING_OVERRIDES: text })).toEqual(['FILETYPE_MAPPING_OVERRIDES'])
  })

  test('class overrides round-trip from JSON whatever the extension holds', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const overrides = { [`.${name}`]: 'TarWithFitsFile' }
        const env = { FILETYPE_MAPPING_OVERRIDES: JSON.stringify(overrides) }
        expect(parseConfig(env).files.classOverrides).toEqual(overrides)
      }),
    )
  })
})

describe('services around the archive', () => {
  test('there is no broker until one is named', () => {
    expect(parseConfig({ QUEUE_BROKER_URL: 'memory://localhost' }).events.brokerUrl).toBeNull()
    expect(parseConfig({ QUEUE_BROKER_URL: 'amqp://u:p@broker:5672//' }).events.brokerUrl).toBe(
      'amqp://u:p@broker:5672//',
    )
    expect(parseConfig({ QUEUE_BROKER_URL: 'pyamqp://broker' }).events.brokerUrl).toBe('amqp://broker')
    expect(refused({ QUEUE_BROKER_URL: 'redis://broker' })).toEqual(['QUEUE_BROKER_URL'])
    expect(refused({ QUEUE_BROKER_URL: 'amqp://' })).toEqual(['QUEUE_BROKER_URL'])
  })

  test('the cache is Memcached where CACHE_LOC says', () => {
    expect(parseConfig({ CACHE_LOC: 'm1:11311, m2;[::1]:11212' }).cache).toEqual({
      kind: 'memcached',
      servers: [
        { host: 'm1', port: 11311 },
        { host: 'm2', port: 11211 },
        { host: '::1', port: 11212 },
      ],
    })
    for (const CACHE_LOC of ['m1:0', 'm1:65536', 'unix:/run/m.sock', 'http://m1:11211', ',']) {
      expect(refused({ CACHE_LOC })).toEqual(['CACHE_LOC'])
    }
  })

  test('a cache backend is Memcached or local memory, whatever its class is called', () => {
    const memcached = { CACHE_BACKEND: 'django.core.cache.backends.memcached.PyMemcacheCache', CACHE_LOC: 'm1:11211' }
    expect(parseConfig(memcached).cache.kind).toBe('memcached')
    const memory = { CACHE_BACKEND: 'django.core.cache.backends.locmem.LocMemCache', CACHE_LOC: 'a name: any' }
    expect(parseConfig(memory).cache).toEqual({ kind: 'memory' })
    expect(refused({ CACHE_BACKEND: 'django_redis.cache.RedisCache' })).toEqual(['CACHE_BACKEND'])
    expect(refused({ CACHE_BACKEND: 'django.core.cache.backends.dummy.DummyCache' })).toEqual(['CACHE_BACKEND'])
  })

  test('the portal is known once a URL or a client names it', () => {
    const env = {
      OAUTH_CLIENT_ID: 'archive',
      OAUTH_CLIENT_SECRET: 's',
      OAUTH_TOKEN_URL: 'https://portal/o/token/',
      OAUTH_PROFILE_URL: 'https://portal/api/profile/',
      OAUTH_SERVER_KEY: 'k',
    }
    expect(parseConfig(env).portal).toEqual({
      source: 'environment',
      clientId: 'archive',
      clientSecret: 's',
      tokenUrl: 'https://portal/o/token/',
      profileUrl: 'https://portal/api/profile/',
      serverKey: 'k',
    })
    expect(parseConfig({ OAUTH_SERVER_KEY: 'k' }).portal.source).toBe('defaults')
    expect(refused({ OAUTH_TOKEN_URL: 'portal/o/token' })).toEqual(['OAUTH_TOKEN_URL'])
  })

  test('roots that paths are appended to lose their last slash', () => {
    const config = parseConfig({
      CONFIGDB_URL: 'http://configdb/',
      API_ROOT: 'https://archive/api/',
      AUTH_TOKEN: 't',
      OBSERVATION_PORTAL_BASE_URL: 'https://portal//',
      OBSERVATION_PORTAL_API_TOKEN: 'p',
    })
    expect(config.configurationTypes.configdbUrl).toBe('http://configdb')
    expect(config.ingest).toMatchObject({
      apiRoot: 'https://archive/api',
      authToken: 't',
      tags: { baseUrl: 'https://portal', apiToken: 'p' },
    })
  })
})

describe('pages', () => {
  test('a page is never longer than the longest allowed', () => {
    expect(parseConfig({ PAGINATION_MAX_LIMIT: '50' }).pagination).toEqual({ defaultLimit: 50, maxLimit: 50 })
    expect(refusal({ PAGINATION_DEFAULT_LIMIT: '200', PAGINATION_MAX_LIMIT: '150' }).message).toContain(
      'PAGINATION_DEFAULT_LIMIT is "200": expected at most PAGINATION_MAX_LIMIT, which is 150',
    )
    expect(refused({ PAGINATION_DEFAULT_LIMIT: '2000', PAGINATION_MAX_LIMIT: 'x' })).toEqual(['PAGINATION_MAX_LIMIT'])
    expect(refused({ PAGINATION_DEFAULT_LIMIT: '0' })).toEqual(['PAGINATION_DEFAULT_LIMIT'])
  })

  test('links lead to the web or this site, or are left out', () => {
    const env = {
      NAVBAR_TITLE_URL: '/',
      TERMS_OF_SERVICE_URL: '',
      NAVBAR_TITLE_TEXT: 'Frames',
      THUMBNAIL_SIZE_CHOICES: 's',
    }
    const { appearance, thumbnails } = parseConfig(env)
    expect(appearance).toMatchObject({ title: 'Frames', titleUrl: '/', termsUrl: null })
    expect(thumbnails.sizes).toEqual(['s'])
    expect(refused({ DOCUMENTATION_URL: 'javascript:alert(1)' })).toEqual(['DOCUMENTATION_URL'])
  })
})

describe('ingest', () => {
  test('every keyword can be mapped, each to its own place', () => {
    const keywords = Object.keys(SECTIONS['Header keywords'])
    const { headerKeys } = parseConfig(Object.fromEntries(keywords.map((name) => [name, `X-${name}`]))).ingest
    const stem = (name: string) =>
      name
        .replace(/_KEYS?$/, '')
        .toLowerCase()
        .replace(/_(.)/g, (_, letter) => letter.toUpperCase())
    const expected = Object.fromEntries(keywords.map((name) => [stem(name), `X-${name}`]))
    expect(headerKeys).toEqual({ ...expected, relatedFrames: ['X-RELATED_FRAME_KEYS'], relatedFrame: undefined })
  })

  test('every list reaches its own place', () => {
    const lists = {
      HEADER_BLACKLIST: 'headerBlacklist',
      REQUIRED_HEADERS: 'requiredHeaders',
      REQUIRED_THUMBNAIL_METADATA: 'requiredThumbnailMetadata',
      NULL_HEADER_VALUES: 'nullHeaderValues',
      IGNORED_CHARS: 'ignoredChars',
      CALIBRATION_TYPES: 'calibrationTypes',
      PUBLIC_PROPOSALS: 'publicProposals',
      PRIVATE_PROPOSALS: 'privateProposals',
      PRIVATE_FILE_TYPES: 'privateFileTypes',
      PUBLIC_PROPOSAL_TAGS: 'publicProposalTags',
      PRIVATE_PROPOSAL_TAGS: 'privateProposalTags',
    }
    const { ingest, expiry } = parseConfig({
      ...Object.fromEntries(Object.keys(lists).map((name) => [name, `x,${name}`])),
      GUIDE_CAMERAS_TO_PERSIST: 'ak01, ak02',
    })
    expect(ingest).toMatchObject(Object.fromEntries(Object.entries(lists).map(([name, key]) => [key, ['x', name]])))
    expect(expiry.guideCamerasToPersist).toEqual(['ak01', 'ak02'])
  })
})

describe('trusted proxies', () => {
  const trusts = (TRUSTED_PROXIES: string | undefined, address: string | undefined) =>
    matchesTrustedProxy(parseConfig({ TRUSTED_PROXIES }).trustedProxies, address)

  test.each([
    [undefined, '127.0.0.1'],
    [undefined, '127.9.9.9'],
    [undefined, '::1'],
    [undefined, '::ffff:127.0.0.1'],
    ['Loopback', '0:0:0:0:0:0:0:1'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.0.0.0/8, 192.168.1.0/24', '192.168.1.255'],
    ['10.9.9.9/8', '10.0.0.1'],
    ['172.16.0.0/12', '172.31.255.255'],
    ['0.0.0.0/0', '8.8.8.8'],
    ['fd00::/8', 'fdab:1::2'],
    ['2001:db8::/33', '2001:db8:7fff::1'],
    ['fe80::/10', 'fe80::1%eth0'],
    ['::ffff:10.0.0.0/104', '10.200.0.1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['2001:DB8::A', '2001:db8::a'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ])('%j trusts %s', (proxies, address) => {
    expect(trusts(proxies, address)).toBe(true)
  })

  test.each([
    [undefined, '10.0.0.1'],
    [undefined, '::2'],
    [undefined, undefined],
    [undefined, ''],
    [undefined, 'localhost'],
    [undefined, '127.0.0.1, 8.8.8.8'],
    ['', '127.0.0.1'],
    ['10.1.2.3', '10.1.2.4'],
    ['172.16.0.0/12', '172.32.0.0'],
    ['2001:db8::/33', '2001:db8:8000::1'],
    ['::/0', '8.8.8.8'],
    ['0.0.0.0/0', '2001:db8::1'],
    ['0.0.0.0/0', '8.8.8.256'],
  ])('%j does not trust %s', (proxies, address) => {
    expect(trusts(proxies, address)).toBe(false)
  })

  test.each([
    'proxy.example',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '1::2::3',
    ':1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    '10.0.0.1::',
    '::ffff:10.0.0.0/95',
    'loopback/8',
  ])('%j is refused', (TRUSTED_PROXIES) => {
    expect(refused({ TRUSTED_PROXIES })).toEqual(['TRUSTED_PROXIES'])
  })

  test('a network holds exactly the addresses that share its prefix', () => {
    const address = fc.integer({ min: 0, max: 0xffffffff })
    const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.')
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), (network, client, bits) => {
        const size = 2 ** (32 - bits)
        const inside = Math.floor(network / size) === Math.floor(client / size)
        expect(trusts(`${dotted(network)}/${bits}`, dotted(client))).toBe(inside)
      }),
    )
  })
})

describe('the table of variables', () => {
  test('says of each what it is for and what stands in for it, and names it once', () => {
    const names = Object.values(SECTIONS).flatMap((section) => Object.keys(section))
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(VARIABLES)).toEqual(names)
    for (const [name, { about, fallback, shown }] of Object.entries(VARIABLES)) {
      expect(about, name).not.toBe('')
      if (fallback !== null) expect(shown, name).toBe(fallback)
    }
  })

  test('a default given in full is the default', () => {
    const given = Object.entries(VARIABLES).flatMap(([name, { fallback }]) =>
      fallback === null ? [] : [[name, fallback]],
    )
    const spelled = Object.fromEntries(given.filter(([name]) => !/^(DB|OAUTH)_/.test(name!)))
    expect(parseConfig(spelled)).toEqual(DEFAULTS)
  })
})
