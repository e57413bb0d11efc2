import { framePatch, frameToPut } from '../schemas/frames.ts'
import { ADDS, change, declare } from './frames_update.ts'
import { operation } from './operation.ts'

export const framesPatch = operation(
  declare(
    'patch',
    'framesPatch',
    'Update parts of a frame',
    `For superusers. What is not given stays as it is. ${ADDS}`,
    framePatch,
  ),
  (c) => change(c, (types) => frameToPut(types).partial()),
)
