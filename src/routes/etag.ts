import type { RequestContext } from './operation.ts'

const plain = (etag: string): string => etag.trim().replace(/^W\//, '')

/** Whether the client has what bears this ETag already: then a 304 without a body is the answer. */
export const isCurrent = (c: RequestContext, etag: string): boolean =>
  (c.req.header('if-none-match') ?? '').split(',').some((given) => given.trim() === '*' || plain(given) === plain(etag))
