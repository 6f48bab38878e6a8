import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isPublicAddress } from '#access/public-address.ts'
import { Refusal } from '#fhir/refusal.ts'

export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>

const resolveAll: Resolve = (host) => lookup(host, { all: true })

/**
 * Before anything is sent, and before a connection tells whether somebody listens. Whoever changes what a name means in
 * between meets oidc-provider's dispatcher, which lets go of such a connection.
 */
export async function checkPublic({ hostname }: URL, resolve: Resolve = resolveAll): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) > 0 ? [{ address: host }] : await resolve(host).catch(() => [])
  if (found.length === 0 || found.some(({ address }) => !isPublicAddress(address)))
    throw new Refusal('invalid', 'Key sets are fetched from public addresses.')
}
