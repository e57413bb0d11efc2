import { newVersion } from '../schemas/frames.ts'
import { authAddUpdateUser } from './auth_add_update_user.ts'
import { authProfile } from './auth_profile.ts'
import { authRevoke } from './auth_revoke.ts'
import { authToken } from './auth_token.ts'
import { docs } from './docs.ts'
import { filesGet } from './files_get.ts'
import { framesAggregate } from './frames_aggregate.ts'
import { framesBulk } from './frames_bulk.ts'
import { framesCatalog } from './frames_catalog.ts'
import { framesCreate } from './frames_create.ts'
import { framesDelete } from './frames_delete.ts'
import { framesFunpack } from './frames_funpack.ts'
import { framesGet } from './frames_get.ts'
import { framesHeaders } from './frames_headers.ts'
import { framesList } from './frames_list.ts'
import { framesPatch } from './frames_patch.ts'
import { framesRelated } from './frames_related.ts'
import { framesUpdate } from './frames_update.ts'
import { framesZip } from './frames_zip.ts'
import { framesZipGet } from './frames_zip_get.ts'
import { health } from './health.ts'
import { openapi } from './openapi.ts'
import type { Operation } from './operation.ts'
import { docsAsset, redocAsset } from './page_assets.ts'
import { redoc } from './redoc.ts'
import { robots } from './robots.ts'
import { root } from './root.ts'
import { sessionLogin } from './session_login.ts'
import { sessionLoginForm } from './session_login_form.ts'
import { sessionLogout } from './session_logout.ts'
import { sessionLogoutForm } from './session_logout_form.ts'
import { thumbnailsCreate } from './thumbnails_create.ts'
import { thumbnailsDelete } from './thumbnails_delete.ts'
import { thumbnailsGet } from './thumbnails_get.ts'
import { thumbnailsList } from './thumbnails_list.ts'
import { thumbnailsPatch } from './thumbnails_patch.ts'
import { thumbnailsUpdate } from './thumbnails_update.ts'
import { versionsGet } from './versions_get.ts'
import { versionsKnown } from './versions_known.ts'
import { versionsList } from './versions_list.ts'

/** Every operation of the archive. A path with fixed words stands before one with an id in the same place. */
export const operations: readonly Operation[] = [
  framesList,
  framesCreate,
  framesBulk,
  framesZip,
  framesZipGet,
  framesAggregate,
  framesGet,
  framesUpdate,
  framesPatch,
  framesDelete,
  framesRelated,
  framesHeaders,
  framesFunpack,
  framesCatalog,
  thumbnailsList,
  thumbnailsCreate,
  thumbnailsGet,
  thumbnailsUpdate,
  thumbnailsPatch,
  thumbnailsDelete,
  versionsList,
  versionsKnown,
  versionsGet,
  filesGet,
  authProfile,
  authToken,
  authRevoke,
  authAddUpdateUser,
  sessionLoginForm,
  sessionLogin,
  sessionLogoutForm,
  sessionLogout,
  root,
  health,
  robots,
  openapi,
  docs,
  docsAsset,
  redoc,
  redocAsset,
]

/** Schemas that the operations' own refer to by name alone: a list of versions is parsed by hand. */
export const unlistedSchemas = { NewVersion: newVersion }
