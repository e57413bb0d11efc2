import { describe, expect, test } from 'vitest'
import { parseConfig, SECTIONS } from '../../src/config/config.ts'

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
