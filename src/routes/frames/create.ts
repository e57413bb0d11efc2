import { ValidationError } from '../../errors.ts'
import { ok, operation } from '../../http/operation.ts'
import { frameBody } from '../../http/record_bodies.ts'
import { type NamedRecord, putAll } from '../../queries/frame_puts.ts'
import { written } from '../../queries/frame_writes.ts'
import { inTransaction } from '../../queries/transaction.ts'
import { writtenFrame as schema } from '../../schemas/frame_answers.ts'
import { writtenFrame } from '../../views/frame.ts'

export const framesCreate = operation('framesCreate', 'POST /frames/', {
  summary: 'Create a frame, or add a version to one',
  description:
    'Creates the frame of that basename; if there is one, adds the version to it and updates its metadata, headers and relations. One transaction: all of it or nothing. Afterwards the frame is announced on the message exchange.',
  visibility: 'superuser',
  body: frameBody('whole'),
  answers: { 201: ok('The frame as it is now.', schema) },
  async handle({ body, services: { writer, events }, links }) {
    const row = await inTransaction(writer, async (tx) => {
      const [put] = await putAll(tx, [body as NamedRecord], { announced: events !== null, repeated: 'refused' })
      if (put!.outcome === 'refused') throw new ValidationError(put!.errors)
      return written(tx, put!.id)
    })
    events?.wake()
    return writtenFrame(row!, links)
  },
})
