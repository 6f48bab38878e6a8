import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Refusal } from '#fhir/refusal.ts'

/** https://www.iana.org/assignments/iana-ipv4-special-registry, -ipv6-special-registry: this machine, its neighbours, and nobody. */
const special = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  special.addSubnet(network, bits, 'ipv6')

export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>

const resolveAll: Resolve = (host) => lookup(host, { all: true })

/**
 * Before anything is sent, and before a connection tells whether somebody listens. Whoever changes what a name means in
 * between meets oidc-provider's dispatcher, which lets go of such a connection.
 */
export async function checkPublic({ hostname }: URL, resolve: Resolve = resolveAll): Promise<void> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) > 0 ? [{ address: host }] : await resolve(host).catch(() => [])
  if (found.length === 0 || found.some(({ address }) => isSpecial(address)))
    throw new Refusal('invalid', 'Key sets are fetched from public addresses.')
}

function isSpecial(address: string): boolean {
  return special.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
