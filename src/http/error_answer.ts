import { Abandoned } from '../database/faults.ts'
import { isRace } from '../database/races.ts'
import { ArchiveError, databaseFault, errorHeaders, searchError } from '../errors.ts'
import { type Log, logFault } from '../log.ts'
import type { Services } from '../services.ts'
import type { RequestContext } from './context.ts'

/** The answer to a request that failed: the table of errors.ts has its status and words. */
export function answerError(error: Error, c: RequestContext): Response {
  const answer = c.var.isSearch ? searchAnswer(error, c.env) : asArchiveError(error, c.env)
  return c.json(answer.body as object, answer.status as 400, errorHeaders(answer))
}

/** The answer to a request for which the services could not be opened. */
export function answerOpeningError(error: Error, log: Log): Response {
  const answer = asArchiveError(error, { log })
  return Response.json(answer.body, { status: answer.status, headers: errorHeaders(answer) })
}

type Known = Pick<Services, 'log'> & Partial<Pick<Services, 'config' | 'databaseOutage'>>

/** Logs what the operator has to know of an error, and gives what the client may. */
function asArchiveError(error: Error, { log, config, databaseOutage }: Known): ArchiveError {
  if (error instanceof ArchiveError) {
    if (error.code === 'key_changed')
      log.error('SECRET_KEY is not that of the database any more: this process has to be restarted with the new one')
    return error
  }
  // nobody reads this answer any more
  if (error instanceof Abandoned) return new ArchiveError('busy')
  const fault = databaseFault(error)
  if (fault) {
    logFault(fault, log, databaseOutage)
    if (config?.debug) log.warn(fault.problem, { ...fault.details, error: error.stack })
    return new ArchiveError(fault.code)
  }
  if (isRace(error)) {
    log.warn('writers of the same rows kept each other waiting', { error: error.message })
    return new ArchiveError('write_conflict')
  }
  log.error('a request failed', { error: error.stack ?? String(error) })
  return new ArchiveError('internal')
}

/** The same for a search: what has become of it, and how to ask better. */
function searchAnswer(error: Error, services: Services): ArchiveError {
  if (databaseFault(error)?.code !== 'busy') return searchError(asArchiveError(error, services))
  // there may be thousands
  services.searchJam.begin()
  return searchError(new ArchiveError('busy'))
}
