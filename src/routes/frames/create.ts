import { inTransaction } from '../../database/races.ts'
import { ValidationError } from '../../errors.ts'
import { ok, operation } from '../../http/operation.ts'
import { wholeFrame } from '../../http/record_bodies.ts'
import { writing } from '../../http/writing.ts'
import { createFrames } from '../../queries/frames/create.ts'
import { readWritten } from '../../queries/frames/written.ts'
import { tally } from '../../tally.ts'
import { showWrittenFrame } from '../../views/frame.ts'

export const framesCreate = operation('framesCreate', 'POST /frames/', {
  summary: 'Create a frame, or add a version to one',
  description:
    'Creates the frame of that basename; if there is one, adds the version to it and updates its metadata, headers and relations. One transaction: all of it or nothing. Afterwards the frame is announced on the message exchange.',
  visibility: 'superuser',
  body: wholeFrame,
  answers: { 201: ok('The frame as it is now.', 'writtenFrame') },
  async handle({ c, body, services: { events }, links }) {
    const { row, outcome } = await inTransaction(writing(c), async (tx) => {
      const [put] = await createFrames(tx, [body], { announced: events !== null, repeated: 'refused' })
      if (put!.outcome === 'refused') throw new ValidationError(put!.errors)
      return { row: await readWritten(tx, put!.id), outcome: put!.outcome }
    })
    tally.records.single[outcome]++
    events?.wake()
    return showWrittenFrame(row!, links)
  },
})
