import { describe, expect, test } from 'vitest'
import { type Config, parseConfig, SECTIONS, VARIABLES } from '../../src/config/config.ts'
import { refusal, refused } from '../support/refusal.ts'

const LOOPBACK = [
  { bytes: [127, 0, 0, 0], bits: 8 },
  { bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], bits: 128 },
]

const DEFAULTS: Config = {
  secretKey: null,
  debug: false,
  accessLog: true,
  dataDir: './data',
  workers: 1,
  http: { host: '127.0.0.1', port: 8000, maxConnections: 1000 },
  trustedProxies: LOOPBACK,
  metricsAllow: LOOPBACK,
  cache: { kind: 'memory' },
  throttle: { anon: { requests: 200000, seconds: 86400 }, user: { requests: 1000000000, seconds: 86400 } },
  search: {
    anonTimeoutS: 10,
    anonBudget: { amount: 60, seconds: 60 },
    userBudget: { amount: 180, seconds: 60 },
  },
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
