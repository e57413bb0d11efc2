import cluster, { type Worker } from 'node:cluster'
import type { KeptCache } from './kept_cache.ts'
import type { KeptMeasures } from './kept_measures.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** A worker process could not start; the message says why. */
export class WorkerFailed extends Error {}

/** How a worker process has ended. */
export interface End {
  pid: number | undefined
  code: number | null
  signal: string | null
  /** What it said when it could not start. */
  reason?: string
  /** For how many milliseconds it could take requests; 0: it has not begun to. */
  servedMs: number
}

/** One worker process, from its start to its end. */
export interface Life {
  /** Its port, once it listens. @throws WorkerFailed */
  ready: Promise<number>
  /** Over when it takes no more connections. */
  refusing: Promise<unknown>
  ended: Promise<End>
  /** Lets it finish its requests and end. */
  stop(): void
}

/** Starts this program with other arguments as a worker process. */
export function begin(args: string[], cache: KeptCache, measures: KeptMeasures): Life {
  cluster.setupPrimary({ exec: process.argv[1]!, args })
  const worker = cluster.fork()
  closeWhatIsNotTaken(worker)
  let since = Number.POSITIVE_INFINITY
  let reason: string | undefined
  const ready = deferred<number>()
  const refusing = deferred<void>()
  // nobody may be waiting for it
  ready.promise.catch(() => {})
  const send = (message: ToWorker) => {
    // to one that is ending it may fail
    if (worker.isConnected()) worker.process.send!(message, undefined, undefined, () => {})
  }
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'here') cache.join(worker.id, send)
    else if (message.kind === 'cache') cache.request(worker.id, message.id, message.request)
    else if (message.kind === 'forgotten') cache.forgotten(worker.id, message.id)
    else if (message.kind === 'gather') measures.gather(worker.id, message.id)
    else if (message.kind === 'measured') measures.measured(worker.id, message.id, message.measures)
    else if (message.kind === 'stopping') refusing.resolve()
    else if (message.kind === 'failed') reason = message.reason
    else {
      since = Date.now()
      measures.join(worker.id, send)
      ready.resolve(message.port)
    }
  })
  const leave = () => {
    cache.leave(worker.id)
    measures.leave(worker.id)
  }
  worker.on('disconnect', leave)
  const ended = new Promise<End>((resolve) => {
    const end = (code: number | null, signal: string | null) => {
      leave()
      refusing.resolve()
      ready.reject(new WorkerFailed(reason ?? `a worker process ended before it could serve (${signal ?? code})`))
      const { pid } = worker.process
      resolve({
        pid,
        code,
        signal,
        ...(reason && { reason }),
        servedMs: Number.isFinite(since) ? Date.now() - since + 1 : 0,
      })
    }
    worker.once('exit', end)
    worker.on('error', (error: Error) => {
      reason ??= error.message
      // one that was never there has no exit
      if (worker.process.pid === undefined) end(1, null)
    })
  })
  // one that has not begun to serve does not hear of it, and has nothing to finish
  const stop = () => (Number.isFinite(since) ? send({ kind: 'stop' }) : void worker.process.kill('SIGTERM'))
  return { ready: ready.promise, refusing: refusing.promise, ended, stop }
}

interface Deferred<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: Error) => void
}

/** A promise to be settled from elsewhere. Promise.withResolvers is not in Node 20. */
function deferred<T>(): Deferred<T> {
  const made = {} as Deferred<T>
  made.promise = new Promise<T>((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

/**
 * Closes the connection that a process was sent and has not taken when it ends. Node keeps it open,
 * and its client would wait for ever.
 */
function closeWhatIsNotTaken({ process: child }: Worker): void {
  // one that could not be started takes nothing; on Deno it has not even a way to be sent something
  if (child.pid === undefined) return
  const send = child.send.bind(child) as (...words: unknown[]) => boolean
  let last: { close?(): void } | undefined
  child.send = (...words: unknown[]) => {
    // Node has taken the one before, or the next would not be sent
    if (words[1]) last = words[1] as { close?(): void }
    return send(...words)
  }
  // one that was taken is closed here already, and closing it again does nothing
  child.once('exit', () => last?.close?.())
}
