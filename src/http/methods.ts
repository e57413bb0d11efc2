import type { Hono } from 'hono'
import { ArchiveError } from '../errors.ts'
import type { Env } from './context.ts'
import type { Operation } from './operation.ts'

/** In the order in which Django REST framework lists them. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** The path for the router. Only `{path}`, which is that of a file, holds slashes. */
const routerPath = (path: string): string => path.replace('{path}', ':path{.+}').replace(/\{(\w+)\}/g, ':$1')

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
    for (const { method, handle } of ofPath) {
      given.add(method)
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
