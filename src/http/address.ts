import { networkOfAddress } from '../auth/network.ts'
import type { RequestContext } from './context.ts'

/**
 * Whom requests and failures are counted for: the client's network. Empty where the runtime does
 * not know the address.
 */
export const networkOf = (c: RequestContext): string => networkOfAddress(c.req.header('x-forwarded-for') ?? '')
