import type { Measure } from '../metrics/measures.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** How long the first process may take to answer, in milliseconds: it waits for the others. */
const PATIENCE_MS = 5_000

/** A worker process's part in the metrics of its server. */
export interface SharedMeasures {
  /** What all processes have measured. @throws when the first process does not answer */
  gather(): Promise<Measure[]>
  /** From now on the first process is told what this one has measured. */
  offer(measure: () => Promise<Measure[]>): void
  /** Takes the first process's messages. */
  receive(message: ToWorker): void
}

/** @param send sends to the first process */
export function createSharedMeasures(send: (message: FromWorker) => void): SharedMeasures {
  const asked = new Map<number, (measures: Measure[]) => void>()
  let measure: () => Promise<Measure[]> = async () => []
  let lastId = 0
  return {
    gather() {
      const id = ++lastId
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          asked.delete(id)
          reject(new Error('the first process does not answer'))
        }, PATIENCE_MS)
        asked.set(id, (measures) => {
          clearTimeout(late)
          asked.delete(id)
          resolve(measures)
        })
        send({ kind: 'gather', id })
      })
    },
    offer(own) {
      measure = own
    },
    receive(message) {
      if (message.kind === 'gathered') asked.get(message.id)?.(message.measures)
      else if (message.kind === 'measure')
        // one that cannot say is waited for, and left out
        measure().then(
          (measures) => send({ kind: 'measured', id: message.id, measures }),
          () => {},
        )
    },
  }
}
