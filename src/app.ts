import { Hono } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import { ArchiveError } from './errors.ts'
import { addAnswerHeaders, answerPreflight } from './http/answer_headers.ts'
import { identifyCaller } from './http/caller.ts'
import type { Env } from './http/context.ts'
import { answerError } from './http/error_answer.ts'
import { addOperations, noteOperation } from './http/methods.ts'
import { redirectToSlash, routedPath, setBase } from './http/paths.ts'
import { operations } from './routes/index.ts'

/**
 * The archive as a web application: `app.fetch(request, services)` answers a request. Nothing here
 * knows an environment, a file system or a runtime. X-Forwarded-* headers are believed: the runtime
 * removes those that a stranger sends.
 */
export function createApp(): Hono<Env> {
  // hono's own choice comes to this router too, when it has built another that cannot hold a path with slashes
  const app = new Hono<Env>({ getPath: routedPath, router: new TrieRouter() })
  app.use(addAnswerHeaders, redirectToSlash, setBase, answerPreflight, identifyCaller)
  addOperations(app, operations)
  app.notFound((c) => answerError(new ArchiveError('not_found'), c))
  app.onError((error, c) => {
    noteOperation(c)
    return answerError(error, c)
  })
  return app
}
