import type { Operation } from './operation.ts'

const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The path of an operation as the router has it. Only `{path}`, which is that of a file, holds slashes. */
export const routerPath = (path: string): string => path.replace('{path}', ':path{.+}').replace(/\{(\w+)\}/g, ':$1')

/** The methods of each path, in the order in which Django REST framework lists them. */
export function methodsOf(operations: readonly Operation[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>()
  for (const { route } of operations) {
    const path = routerPath(route.path)
    byPath.set(path, [...(byPath.get(path) ?? []), route.method.toUpperCase()])
  }
  for (const [path, methods] of byPath) {
    const sorted = methods.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
    byPath.set(path, [...sorted, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])
  }
  return byPath
}
