import { describe, expect, test } from 'vitest'
import { type DatabaseConfig, type Environment, parseConfig } from '../../src/config/config.ts'
import { refused } from '../support/refusal.ts'

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
    expect(database).toEqual({ kind: 'postgres', writer, reader: writer, maxLagS: 5, prepare: 'auto' })
    expect(files.kind).toBe('dummy')
  })

  test('may have a replica beside it', () => {
    expect(parseConfig({ DB_HOST: 'rw', DB_HOST_READER: 'ro', DB_PASS: '' }).database).toEqual({
      kind: 'postgres',
      writer: { ...target, host: 'rw', password: '' },
      reader: { ...target, host: 'ro', password: '' },
      maxLagS: 5,
      prepare: 'auto',
    })
  })

  test('has a replica at a port of its own, left alone from a lag of its own on; the writer itself is none', () => {
    const database = (env: Environment) =>
      parseConfig({ DB_HOST: 'rw', DB_PORT: '5433', ...env }).database as Extract<DatabaseConfig, { kind: 'postgres' }>
    expect(database({ DB_HOST_READER: 'ro' }).reader).toMatchObject({ host: 'ro', port: 5433 })
    expect(database({ DB_HOST_READER: 'ro', DB_PORT_READER: '6432' }).reader).toMatchObject({ host: 'ro', port: 6432 })
    expect(database({ DB_PORT_READER: '6432', REPLICA_MAX_LAG: '9' })).toMatchObject({
      reader: { host: 'rw', port: 6432 },
      maxLagS: 9,
    })
    for (const env of [{}, { DB_HOST_READER: 'rw' }, { DB_HOST_READER: 'rw', DB_PORT_READER: '5433' }]) {
      const { reader, writer } = database(env)
      expect(reader).toBe(writer)
    }
    expect(() => database({ DB_PORT_READER: '0', REPLICA_MAX_LAG: '31' })).toThrow(
      /DB_PORT_READER[\s\S]*REPLICA_MAX_LAG/,
    )
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
      maxLagS: 5,
      prepare: 'never',
    })
    expect(parseConfig({ DB_HOST: 'rw', DATABASE_READER_URL: 'postgresql://ro/archive' }).database).toEqual({
      kind: 'postgres',
      writer: { ...target, host: 'rw' },
      reader: { url: 'postgres://ro/archive', tls: target.tls },
      maxLagS: 5,
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

describe('services around the archive', () => {
  test('there is no broker until one is named', () => {
    expect(parseConfig({ QUEUE_BROKER_URL: 'memory://localhost' }).events.brokerUrl).toBeNull()
    expect(parseConfig({ QUEUE_BROKER_URL: 'amqp://u:p@broker:5672//' }).events.brokerUrl).toBe(
      'amqp://u:p@broker:5672//',
    )
    expect(parseConfig({ QUEUE_BROKER_URL: 'pyamqp://broker' }).events.brokerUrl).toBe('amqp://broker')
    expect(parseConfig({ QUEUE_BROKER_URL: 'pyamqp://u:p@one; u:p@two:5673/v;amqps://three' }).events.brokerUrl).toBe(
      'amqp://u:p@one;amqp://u:p@two:5673/v;amqps://three',
    )
    expect(refused({ QUEUE_BROKER_URL: 'amqp://one;redis://two' })).toEqual(['QUEUE_BROKER_URL'])
    expect(refused({ QUEUE_BROKER_URL: 'amqp://one;' })).toEqual(['QUEUE_BROKER_URL'])
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
