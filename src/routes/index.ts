import type { Operation } from '../http/operation.ts'
import { adminStatus } from './archive/admin_status.ts'
import { docs } from './archive/docs.ts'
import { health } from './archive/health.ts'
import { healthReady } from './archive/health_ready.ts'
import { openapi } from './archive/openapi.ts'
import { docsAsset, redocAsset } from './archive/page_assets.ts'
import { redoc } from './archive/redoc.ts'
import { robots } from './archive/robots.ts'
import { root } from './archive/root.ts'
import { authAddUpdateUser } from './auth/add_update_user.ts'
import { authProfile } from './auth/profile.ts'
import { authRevoke } from './auth/revoke.ts'
import { authToken } from './auth/token.ts'
import { filesGet } from './files/get.ts'
import { framesAggregate } from './frames/aggregate.ts'
import { framesBulk } from './frames/bulk.ts'
import { framesCatalog } from './frames/catalog.ts'
import { framesCreate } from './frames/create.ts'
import { framesDelete } from './frames/delete.ts'
import { framesFunpack } from './frames/funpack.ts'
import { framesGet } from './frames/get.ts'
import { framesHeaders } from './frames/headers.ts'
import { framesList } from './frames/list.ts'
import { framesPatch } from './frames/patch.ts'
import { framesRelated } from './frames/related.ts'
import { framesUpdate } from './frames/update.ts'
import { framesZip } from './frames/zip.ts'
import { framesZipGet } from './frames/zip_get.ts'
import { sessionLogin } from './session/login.ts'
import { sessionLoginForm } from './session/login_form.ts'
import { sessionLogout } from './session/logout.ts'
import { sessionLogoutForm } from './session/logout_form.ts'
import { thumbnailsCreate } from './thumbnails/create.ts'
import { thumbnailsDelete } from './thumbnails/delete.ts'
import { thumbnailsGet } from './thumbnails/get.ts'
import { thumbnailsList } from './thumbnails/list.ts'
import { thumbnailsPatch } from './thumbnails/patch.ts'
import { thumbnailsUpdate } from './thumbnails/update.ts'
import { versionsGet } from './versions/get.ts'
import { versionsKnown } from './versions/known.ts'
import { versionsList } from './versions/list.ts'

/** Every operation. A path with a fixed word stands before one with an id in its place. */
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
  healthReady,
  adminStatus,
  robots,
  openapi,
  docs,
  docsAsset,
  redoc,
  redocAsset,
]
