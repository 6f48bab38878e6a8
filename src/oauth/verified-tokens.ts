import type { Principal } from '#access/principal.ts'

export interface VerifiedTokens {
  find(authorization: string, tenant: string, now: number): Principal | undefined
  /** `since`: of `changes` when the token was looked up. A token that may have been revoked meanwhile is not kept. */
  remember(authorization: string, principal: Principal, expires: number, since?: number): void
  forget(matches: (principal: Principal) => boolean): void
  /** False: what is revoked elsewhere may not be heard of, so nothing is kept. */
  trust(reliable: boolean): void
  /** Counts what was forgotten. */
  readonly changes: number
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
  let changes = 0
  let trusted = true

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
    remember(authorization, principal, expires, since = changes) {
      if (trusted && since === changes) put(authorization, { principal, expires })
    },
    forget(matches) {
      changes++
      for (const generation of [young, old]) {
        for (const [authorization, { principal }] of generation) {
          if (matches(principal)) generation.delete(authorization)
        }
      }
    },
    trust(reliable) {
      changes++
      trusted = reliable
      young = new Map()
      old = new Map()
    },
    get changes() {
      return changes
    },
    get size() {
      return young.size + old.size
    },
  }
}
