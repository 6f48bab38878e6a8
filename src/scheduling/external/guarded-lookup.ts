import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from '#access/public-address.ts'
import { SourceFault } from './busy-source.ts'

/**
 * For the socket itself, so that the address that was judged is the one that is connected to: a name that changes its
 * address in between gains nothing. One private address among several is enough to refuse.
 */
export const guardedLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      done(error, '', 0)
      return
    }
    const [first] = addresses
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      done(new SourceFault('The address leads into a private network.') as NodeJS.ErrnoException, '', 0)
      return
    }
    if (options.all === true) (done as unknown as (e: null, all: typeof addresses) => void)(null, addresses)
    else done(null, first.address, first.family)
  })
}
