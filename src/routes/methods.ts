import type { Operation } from './operation.ts'

const ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The methods of each path, in the order in which Django REST framework lists them. */
export function methodsOf(operations: readonly Operation[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>()
  for (const { route } of operations) {
    const path = route.path.replace(/\{(\w+)\}/g, ':$1')
    byPath.set(path, [...(byPath.get(path) ?? []), route.method.toUpperCase()])
  }
  for (const [path, methods] of byPath) {
    const sorted = methods.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
    byPath.set(path, [...sorted, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])
  }
  return byPath
}
