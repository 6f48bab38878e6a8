import type { Resource } from '#fhir/resource.ts'
import type { Neighbours } from '../availability/roster-neighbours.ts'

/** Where people are asked to come to: https://github.com/smart-on-fhir/smart-scheduling-links, Location File. */
export interface PublishedPlace {
  readonly reference: string
  readonly name: string
  readonly phone: string
  readonly telecom: readonly object[]
  readonly address: PublishedAddress
  readonly identifier: readonly object[]
}

export interface PublishedAddress {
  readonly line: readonly string[]
  readonly city: string
  readonly state: string
  readonly postalCode: string
  readonly district?: string
  readonly country?: string
}

interface ContactPoint {
  readonly system?: string
  readonly value?: string
  readonly use?: string
}

/** The innermost place that can be found by people who have never been there; what it does not say, its organization may. */
export function publishedPlace({ locations, organizations }: Neighbours): PublishedPlace | undefined {
  for (const { reference, resource } of locations) {
    const owners = [resource, ...organizations.map((one) => one.resource)]
    const telecom = firstOf(owners, phonesOf)
    const address = firstOf(owners, addressOf)
    const [{ value: phone = '' } = {}] = telecom ?? []
    if (typeof resource.name !== 'string' || telecom === undefined || address === undefined) continue
    return { reference, name: resource.name, phone, telecom, address, identifier: identifiersOf(resource) }
  }
  return undefined
}

function firstOf<T>(owners: readonly Resource[], read: (owner: Resource) => T | undefined): T | undefined {
  for (const owner of owners) {
    const found = read(owner)
    if (found !== undefined) return found
  }
  return undefined
}

/** The clinic's own telephones, nobody's at home. */
function phonesOf({ telecom }: Resource): readonly ContactPoint[] | undefined {
  const phones = listOf<ContactPoint>(telecom)
    .filter(({ system, use, value }) => system === 'phone' && (use ?? 'work') === 'work' && value)
    .map(({ value = '' }) => ({ system: 'phone', value }))
  return phones.length === 0 ? undefined : phones
}

/** An Organization has several addresses, a Location one. */
function addressOf({ address }: Resource): PublishedAddress | undefined {
  for (const one of [address].flat() as (Partial<PublishedAddress> & { use?: string })[]) {
    const { line, city, state, postalCode, district, country, use } = one ?? {}
    if (use === 'home' || !line?.length || !city || !state || !postalCode) continue
    return { line, city, ...(district && { district }), state, postalCode, ...(country && { country }) }
  }
  return undefined
}

/** Those that others know a place by; a clinic's own numbers stay its own. */
function identifiersOf({ identifier }: Resource): readonly object[] {
  return listOf<{ use?: string; system?: string; value?: string }>(identifier)
    .filter(({ use, system, value }) => use === 'official' && system && value)
    .map(({ system, value }) => ({ system, value }))
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? value : []
}
