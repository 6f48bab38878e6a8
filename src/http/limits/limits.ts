import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Limiter, OpenLimiter, Rate } from './limiter.ts'

/** Each is a bucket of its own; absent: no limit. */
export interface LimitSettings {
  readonly address?: Rate | undefined
  readonly client?: Rate | undefined
  readonly user?: Rate | undefined
  readonly clinic?: Rate | undefined
  /** Where people sign in and apps get tokens, by address. */
  readonly signIn?: Rate | undefined
}

export interface Limits {
  /** Before anything is known but where the request comes from. */
  checkAddress(address: string | undefined): void
  checkPrincipal(principal: Principal): void
  checkSignIn(address: string | undefined): void
}

interface Kind {
  readonly name: string
  readonly rate: Rate
  readonly limiter: Limiter
}

/** Keys are made once for a caller, not once a request. */
type Keys = readonly (readonly [Kind, string])[]

export function createLimits(settings: LimitSettings, open: OpenLimiter): Limits {
  const kind = (name: keyof LimitSettings): Kind | undefined => {
    const rate = settings[name]
    return rate && { name, rate, limiter: open(name, rate) }
  }
  const [address, client, user, clinic, signIn] = (
    ['address', 'client', 'user', 'clinic', 'signIn'] as const
  ).map(kind)
  const known = new WeakMap<Principal, Keys>()

  const keysOf = ({ tenant, clientId, accountId, fhirUser }: Principal): Keys => {
    const who = accountId ?? fhirUser
    const keys: [Kind | undefined, string | undefined][] = [
      [client, `${tenant} ${clientId}`],
      [user, who && `${tenant} ${who}`],
      [clinic, tenant],
    ]
    return keys.filter((pair): pair is [Kind, string] => pair[0] !== undefined && pair[1] !== undefined)
  }

  return {
    checkAddress(from) {
      if (address !== undefined && from !== undefined) take(address, from)
    },
    checkPrincipal(principal) {
      let keys = known.get(principal)
      if (keys === undefined) {
        keys = keysOf(principal)
        known.set(principal, keys)
      }
      for (const [one, key] of keys) take(one, key)
    },
    checkSignIn(from) {
      if (signIn !== undefined && from !== undefined) take(signIn, from)
    },
  }
}

const subjects: Readonly<Record<string, string>> = {
  address: 'this address',
  client: 'this app',
  user: 'this user',
  clinic: 'this clinic',
  signIn: 'this address, for signing in',
}

/** RFC 6585 and draft-ietf-httpapi-ratelimit-headers; only those who are refused are told their numbers. */
function take({ name, rate, limiter }: Kind, key: string): void {
  const wait = limiter.take(key)
  if (wait === undefined) return
  const seconds = Math.max(1, Math.ceil(wait / 1_000))
  throw new Refusal(
    'throttled',
    `Too many requests from ${subjects[name]}: ${rate.perSecond} a second are taken. Send the next one in ${seconds} s.`,
    {
      headers: {
        'Retry-After': String(seconds),
        RateLimit: `"${name}";r=0;t=${seconds}`,
        'RateLimit-Policy': `"${name}";q=${rate.burst};w=${Math.max(1, Math.round(rate.burst / rate.perSecond))}`,
      },
    },
  )
}
