import { thumbnailPatch } from '../schemas/thumbnails.ts'
import { operation } from './operation.ts'
import { change, declare } from './thumbnails_update.ts'

export const thumbnailsPatch = operation(
  declare('patch', 'thumbnailsPatch', 'Update parts of a thumbnail', thumbnailPatch),
  (c) => change(c, 'partial'),
)
