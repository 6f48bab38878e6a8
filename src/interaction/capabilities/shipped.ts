import type { Definitions } from '#fhir/definitions.ts'
import { listProfiles } from '#fhir/profiles/load-profiles.ts'
import type { ServedProfile } from './profiles.ts'

/** R4's own are known, and checked where a resource claims them; those to tell of are the ones made for use here. */
const published = 'http://hl7.org/fhir/StructureDefinition/'

/** Reads every profile that is shipped. */
export function listServedProfiles(definitions: Definitions): readonly ServedProfile[] {
  return [...listProfiles()]
    .filter(({ type, url }) => definitions.isResourceType(type) && !url.startsWith(published))
    .map(({ type, url, version }) => ({ type, url, ...(version === undefined ? {} : { version }) }))
}
