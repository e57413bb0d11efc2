import type { Hono } from 'hono'
import { matchedRoutes } from 'hono/route'
import { ArchiveError } from '../errors.ts'
import { NO_OPERATION } from '../telemetry.ts'
import type { Env, RequestContext } from './context.ts'
import type { Operation } from './operation.ts'

/** In the order in which Django REST framework lists them. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** The path for the router. Only `{path}`, which is that of a file, holds slashes. */
const routerPath = (path: string): string => path.replace('{path}', ':path{.+}').replace(/\{(\w+)\}/g, ':$1')

const ofHandler = new WeakMap<object, Operation>()

/** Notes the operation of a request that was refused before that was called. */
export function noteOperation(c: RequestContext): void {
  const { request } = c.env
  if (!request || request.operation !== NO_OPERATION) return
  const route = matchedRoutes(c).find(({ path }) => path !== '/*')
  const operation = route && ofHandler.get(route.handler)
  if (!operation) return
  request.operation = operation.id
  request.route = operation.path
}

/**
 * Adds operations to the app; their paths also answer OPTIONS, and 405 to every other method. Path
 * by path: a method that /frames/zip/ lacks must not be taken for one of the frame with the id
 * `zip`.
 */
export function addOperations(app: Hono<Env>, operations: readonly Operation[]): void {
  const byPath = new Map<string, Operation[]>()
  for (const operation of operations) {
    const path = routerPath(operation.path)
    byPath.set(path, [...(byPath.get(path) ?? []), operation])
  }
  for (const [path, ofPath] of byPath) {
    const given = new Set<string>(['OPTIONS'])
    for (const operation of ofPath) {
      const { method, handle } = operation
      given.add(method)
      ofHandler.set(handle, operation)
      app.on(method, path, handle)
    }
    if (given.has('GET')) given.add('HEAD')
    const methods = METHODS.filter((method) => given.has(method))
    const allow = methods.join(', ')
    app.on('OPTIONS', path, (c) => c.json({ methods }, 200, { allow }))
    app.all(path, (c) => {
      throw new ArchiveError('method_not_allowed', `Method "${c.req.method}" not allowed.`, { allow })
    })
  }
}
