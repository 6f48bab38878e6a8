import type { Principal } from '#access/principal.ts'

export interface VerifiedTokens {
  find(authorization: string, tenant: string, now: number): Principal | undefined
  remember(authorization: string, principal: Principal, expires: number): void
  readonly size: number
}

interface Entry {
  readonly principal: Principal
  readonly expires: number
}

/**
 * Tokens whose signature has been checked, until they expire. Two generations in place of a linked list: when
 * the young one is full it becomes the old one, and what is used moves back, so a hot token costs one look-up
 * and memory never holds more than twice the limit. Only good tokens are kept: bad ones cannot fill it.
 */
export function createVerifiedTokens(limit: number): VerifiedTokens {
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()

  const put = (authorization: string, entry: Entry): void => {
    if (young.size >= limit) {
      old = young
      young = new Map()
    }
    young.set(authorization, entry)
  }

  return {
    find(authorization, tenant, now) {
      let entry = young.get(authorization)
      if (entry === undefined) {
        entry = old.get(authorization)
        if (entry === undefined) return undefined
        old.delete(authorization)
        put(authorization, entry)
      }
      if (entry.expires <= now) {
        young.delete(authorization)
        return undefined
      }
      return entry.principal.tenant === tenant ? entry.principal : undefined
    },
    remember(authorization, principal, expires) {
      put(authorization, { principal, expires })
    },
    get size() {
      return young.size + old.size
    },
  }
}
