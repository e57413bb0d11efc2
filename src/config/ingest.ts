import type { Values } from './read_variables.ts'
import type { HeaderKeys, IngestConfig } from './types.ts'

/** What `platestack ingest` goes by. */
export function buildIngestConfig(v: Values): IngestConfig {
  const baseUrl = v.OBSERVATION_PORTAL_BASE_URL
  return {
    apiRoot: v.API_ROOT,
    authToken: v.AUTH_TOKEN,
    tags: baseUrl === null ? null : { baseUrl, apiToken: v.OBSERVATION_PORTAL_API_TOKEN },
    headerBlacklist: v.HEADER_BLACKLIST,
    requiredHeaders: v.REQUIRED_HEADERS,
    requiredThumbnailMetadata: v.REQUIRED_THUMBNAIL_METADATA,
    nullHeaderValues: v.NULL_HEADER_VALUES,
    ignoredChars: v.IGNORED_CHARS,
    calibrationTypes: v.CALIBRATION_TYPES,
    publicProposals: v.PUBLIC_PROPOSALS,
    privateProposals: v.PRIVATE_PROPOSALS,
    privateFileTypes: v.PRIVATE_FILE_TYPES,
    daysUntilPublic: v.DAYS_UNTIL_PUBLIC,
    publicProposalTags: v.PUBLIC_PROPOSAL_TAGS,
    privateProposalTags: v.PRIVATE_PROPOSAL_TAGS,
    headerKeys: buildHeaderKeys(v),
  }
}

function buildHeaderKeys(v: Values): HeaderKeys {
  return {
    observationDate: v.OBSERVATION_DATE_KEY,
    observationDay: v.OBSERVATION_DAY_KEY,
    observationEndTime: v.OBSERVATION_END_TIME_KEY,
    reductionLevel: v.REDUCTION_LEVEL_KEY,
    exposureTime: v.EXPOSURE_TIME_KEY,
    instrumentId: v.INSTRUMENT_ID_KEY,
    siteId: v.SITE_ID_KEY,
    telescopeId: v.TELESCOPE_ID_KEY,
    observationId: v.OBSERVATION_ID_KEY,
    configurationId: v.CONFIGURATION_ID_KEY,
    primaryOpticalElement: v.PRIMARY_OPTICAL_ELEMENT_KEY,
    targetName: v.TARGET_NAME_KEY,
    requestId: v.REQUEST_ID_KEY,
    requestgroupId: v.REQUESTGROUP_ID_KEY,
    configurationType: v.CONFIGURATION_TYPE_KEY,
    proposalId: v.PROPOSAL_ID_KEY,
    catalogTargetFrame: v.CATALOG_TARGET_FRAME_KEY,
    publicDate: v.PUBLIC_DATE_KEY,
    relatedFrames: v.RELATED_FRAME_KEYS,
    thumbnailFrameBasename: v.THUMBNAIL_FRAME_BASENAME_KEY,
    thumbnailSize: v.THUMBNAIL_SIZE_KEY,
    radius: v.RADIUS_KEY,
    ra: v.RA_KEY,
    dec: v.DEC_KEY,
  }
}
