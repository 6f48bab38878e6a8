import { Refusal } from '#fhir/refusal.ts'
import { checkPublic } from './private-addresses.ts'

/** Remembers until when what was fetched may be kept, for the key stores that oidc-provider fills from it. */
export interface KeySetFetch {
  /** By HTTPS, or from an origin that the operator names. */
  readonly takes: (url: string) => boolean
  readonly fetch: (url: string | URL, options: RequestInit) => Promise<Response>
  /** In seconds since 1970; undefined: nothing was fetched from there. */
  freshUntil(url: string): number | undefined
}

const mostSeconds = 86_400
const mostRemembered = 1_000

/**
 * Fetches key sets by HTTPS alone, and never from a private network; origins that the operator names are reached as
 * they are.
 */
export function createKeySetFetch(trustedOrigins: readonly string[], now = Date.now): KeySetFetch {
  const fresh = new Map<string, number>()
  const isTrusted = ({ origin }: URL) => trustedOrigins.includes(origin)
  return {
    takes(url) {
      const parsed = URL.parse(url)
      return parsed !== null && (parsed.protocol === 'https:' || isTrusted(parsed))
    },
    async fetch(url, options) {
      const address = new URL(url)
      const { href, protocol } = address
      const trusted = isTrusted(address)
      if (!trusted && protocol !== 'https:') throw new Refusal('invalid', 'Key sets are fetched by https.')
      if (!trusted) await checkPublic(address)
      const { dispatcher, ...plain } = options as RequestInit & { dispatcher?: unknown }
      const response = await fetch(href, { ...(trusted ? plain : options), redirect: 'error' })
      if (fresh.size >= mostRemembered) fresh.clear()
      fresh.set(href, Math.floor(now() / 1_000) + lifeOf(response.headers))
      return response
    },
    freshUntil: (url) => fresh.get(URL.parse(url)?.href ?? url),
  }
}

function lifeOf(headers: Headers): number {
  const control = headers.get('cache-control') ?? ''
  if (/\bno-(?:store|cache)\b/i.test(control)) return 0
  const age = /\bmax-age=(\d{1,9})/i.exec(control)?.[1]
  return age === undefined ? 0 : Math.min(Number(age), mostSeconds)
}
