import type { ElementDefinition } from '#fhir/definitions.ts'
import { isNode } from './fhirpath/compiled.ts'
import type { Check } from './place.ts'

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:./
/** R4's own examples name definitions so: nobody can find them, and nothing is wrong with the resource itself. */
const relative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/
const systems: ReadonlySet<string> = new Set(['Coding.system', 'Quantity.system'])

/** What names something for everybody must do so absolutely: https://hl7.org/fhir/R4/references.html#canonical. */
export function checkAddress({ path, base = path }: ElementDefinition, type: string): Check | undefined {
  if (type === 'canonical') return checkCanonical
  if (path === 'Identifier.system') return checkIdentifierSystem
  return systems.has(path) || systems.has(base) ? checkCodeSystem : undefined
}

const checkIdentifierSystem: Check = (value, place) => {
  if (!absolute.test(value as string))
    place.refuse('invalid', 'must be an absolute URI, such as http://example.org/ids or urn:oid:1.2.3.')
}

const checkCodeSystem: Check = (value, place) => {
  if (!absolute.test(value as string))
    place.warn('invalid', 'should be an absolute URI: nobody else can tell which code system that is.')
}

const checkCanonical: Check = (value, place) => {
  const text = value as string
  if (absolute.test(text) || text.startsWith('#')) return
  if (relative.test(text))
    place.warn('invalid', 'should be an absolute URL: from elsewhere it leads nowhere.')
  else place.refuse('invalid', 'must be an absolute URL, or #id of a contained resource.')
}

/** https://hl7.org/fhir/R4/identifier-registry.html: the values of this system are URIs. */
export const checkIdentifier: Check = (value, place) => {
  if (!isNode(value) || value.system !== 'urn:ietf:rfc:3986' || typeof value.value !== 'string') return
  if (!absolute.test(value.value))
    place.refuse('invalid', 'must have a full URI as its value, such as urn:uuid:…, or another system.')
}
