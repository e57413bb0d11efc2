import { aggregates } from './aggregates.ts'
import { collections, readiness } from './archive_answers.ts'
import { login, message, portalUser, profile, sessionLogin, token } from './auth.ts'
import { frame, frameHeaders, knownVersions, relatedFrames, thumbnail, version, writtenFrame } from './frame_answers.ts'
import { framePatch, framePut } from './frames.ts'
import { framePage, thumbnailPage, versionPage } from './pages.ts'
import { detail, refusal } from './refusals.ts'
import { status } from './status.ts'
import { thumbnailPatch, thumbnailPut, writtenThumbnail } from './thumbnails.ts'
import { zipRequest } from './zip.ts'

/**
 * The schemas that operations name in their declarations, for what checks bodies and for the OpenAPI
 * document. Only these load them: zod and all the schemas take longer than most requests.
 */
export const declared = {
  aggregates,
  collections,
  detail,
  frame,
  frameHeaders,
  framePage,
  framePatch,
  framePut,
  knownVersions,
  login,
  message,
  portalUser,
  profile,
  readiness,
  refusal,
  relatedFrames,
  sessionLogin,
  status,
  thumbnail,
  thumbnailPage,
  thumbnailPatch,
  thumbnailPut,
  token,
  version,
  versionPage,
  writtenFrame,
  writtenThumbnail,
  zipRequest,
}
