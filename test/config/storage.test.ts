import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/config.ts'
import { refused } from '../support/refusal.ts'

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
