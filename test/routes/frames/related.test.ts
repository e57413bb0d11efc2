import { describe, expect, test } from 'vitest'
import { archive, counts, patch, read, send, useArchive } from '../../support/frame_writes.ts'
import { newFrame, post } from '../../support/frames.ts'

useArchive()

describe('related frames', () => {
  test('are linked in both directions; one that is still to come is a placeholder that nobody sees until it comes', async () => {
    const flat = await post(archive, newFrame('flat'))
    const image = await send(
      'POST',
      '/frames/',
      newFrame('image', { related_frame_filenames: ['flat', 'dark-to-come', 'image', 'flat'] }),
    )
    const [placeholder] = (image.body.related_frames as number[]).filter((id) => id !== flat.id)
    expect(image.body.related_frames).toEqual([flat.id, placeholder].sort((a, b) => a! - b!))
    expect((await read(`/frames/${flat.id}/`)).related_frames).toEqual([image.body.id])
    expect((await archive.request(`/frames/${placeholder}/`, { token: archive.root })).status).toBe(404)
    expect(await read('/frames/?basename_exact=dark-to-come')).toMatchObject({ count: 0 })
    const dark = await post(archive, newFrame('dark-to-come'))
    expect(dark.id).toBe(placeholder)
    expect((await read(`/frames/${dark.id}/`)).related_frames).toEqual([image.body.id])
  })

  test('named again are no error, and add no link', async () => {
    await post(archive, newFrame('r1', { related_frame_filenames: ['r2'] }))
    await post(archive, newFrame('r2', { related_frame_filenames: ['r1'] }))
    const before = await counts()
    const found = (await read('/frames/?basename_exact=r1')) as { results: { id: number }[] }
    expect((await patch(found.results[0]!.id, { related_frame_filenames: ['r2'] })).status).toBe(200)
    expect(await counts()).toEqual(before)
  })
})
