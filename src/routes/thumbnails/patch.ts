import { operation } from '../../http/operation.ts'
import { thumbnailPatch } from '../../schemas/thumbnails.ts'
import { change, declare } from './update.ts'

export const thumbnailsPatch = operation(
  declare('patch', 'thumbnailsPatch', 'Update parts of a thumbnail', thumbnailPatch),
  (c) => change(c, 'partial'),
)
