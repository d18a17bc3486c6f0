import { addressKind, networkOf } from '#application/addresses.ts'

/** What the runtime tells of whoever made a request. */
export interface Caller {
  /** The other end of the connection; undefined where the runtime does not know it. */
  readonly address: () => string | undefined
}

const isLoopback = (address: string): boolean => address === '::1' || (networkOf(address) ?? '').startsWith('127.')

/** Some proxies add it. */
const withoutPort = (text: string): string => text.replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2')

/**
 * Whom a request comes from, as one network. Addresses of our own network are those of proxies, each of which wrote down behind the others
 * whom it had the request from (`forwardedFor`); what stands before the first one of somebody else's, they may have made up. Undefined where
 * it comes from this very machine, or from nobody knows where.
 */
export const networkOfCaller = (peer: string | undefined, forwardedFor: string | undefined): string | undefined => {
  let caller = peer
  for (const before of (forwardedFor ?? '').split(',').reverse()) {
    const address = withoutPort(before.trim())
    if (caller === undefined || addressKind(caller) === 'public' || networkOf(address) === undefined) break
    caller = address
  }
  return caller === undefined || isLoopback(caller) ? undefined : networkOf(caller)
}
