import { authAddUpdateUser } from './auth_add_update_user.ts'
import { authProfile } from './auth_profile.ts'
import { authRevoke } from './auth_revoke.ts'
import { authToken } from './auth_token.ts'
import { filesGet } from './files_get.ts'
import { framesAggregate } from './frames_aggregate.ts'
import { framesCreate } from './frames_create.ts'
import { framesDelete } from './frames_delete.ts'
import { framesGet } from './frames_get.ts'
import { framesHeaders } from './frames_headers.ts'
import { framesList } from './frames_list.ts'
import { framesRelated } from './frames_related.ts'
import { framesPatch, framesUpdate } from './frames_update.ts'
import { framesZip } from './frames_zip.ts'
import { health, robots, root } from './meta.ts'
import type { Operation } from './operation.ts'
import { thumbnailsCreate } from './thumbnails_create.ts'
import { thumbnailsDelete } from './thumbnails_delete.ts'
import { thumbnailsGet } from './thumbnails_get.ts'
import { thumbnailsList } from './thumbnails_list.ts'
import { thumbnailsPatch, thumbnailsUpdate } from './thumbnails_update.ts'
import { versionsGet } from './versions_get.ts'
import { versionsList } from './versions_list.ts'

/** Every operation of the archive. A path with fixed words stands before one with an id in the same place. */
export const operations: readonly Operation[] = [
  framesList,
  framesCreate,
  framesZip,
  framesAggregate,
  framesGet,
  framesUpdate,
  framesPatch,
  framesDelete,
  framesRelated,
  framesHeaders,
  thumbnailsList,
  thumbnailsCreate,
  thumbnailsGet,
  thumbnailsUpdate,
  thumbnailsPatch,
  thumbnailsDelete,
  versionsList,
  versionsGet,
  filesGet,
  authProfile,
  authToken,
  authRevoke,
  authAddUpdateUser,
  root,
  health,
  robots,
]
