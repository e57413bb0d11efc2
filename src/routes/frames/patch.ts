import { operation } from '../../http/operation.ts'
import { framePatch, frameToPut } from '../../schemas/frames.ts'
import { ADDS, change, declare } from './update.ts'

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
