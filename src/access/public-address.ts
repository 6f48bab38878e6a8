import { BlockList, isIP } from 'node:net'

/** https://www.iana.org/assignments/iana-ipv4-special-registry/ and -ipv6-: what leads into somebody's own network. */
const own = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  own.addSubnet(net, bits, 'ipv4')

/** Of the world-wide range, those that carry an IPv4 address or are examples. */
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  own.addSubnet(net, bits, 'ipv6')
const worldWide = new BlockList()
worldWide.addSubnet('2000::', 3, 'ipv6')

/** Whether a server may be asked under this address on behalf of a client: not within the clinic's own network. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !own.check(address, 'ipv4')
  // An IPv4 address in IPv6's clothes, and all that is not world-wide, is outside of 2000::/3.
  return family === 6 && worldWide.check(address, 'ipv6') && !own.check(address, 'ipv6')
}
