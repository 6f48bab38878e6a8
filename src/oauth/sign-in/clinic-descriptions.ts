import type { Resource } from '#fhir/resource.ts'
import { isTimeZone } from '#fhir/time-zone.ts'
import type { Database } from '#store/store.ts'

const rememberedMs = 60_000
const timeZoneUrl = 'http://hl7.org/fhir/StructureDefinition/timezone'

export interface ClinicDescription {
  readonly name: string
  readonly timeZone: string
}

/** What a clinic says of itself: its Organization that is part of no other; else the name in its address, the server's zone. */
export function createClinicDescriptions(
  database: Pick<Database, 'asSystem'>,
  timeZone: string,
  now: () => number = Date.now,
): (clinic: string) => Promise<ClinicDescription> {
  const known = new Map<string, { readonly description: ClinicDescription; readonly until: number }>()
  return async (clinic) => {
    const held = known.get(clinic)
    if (held !== undefined && held.until > now()) return held.description
    const { matches } = await database.asSystem(clinic).search({
      types: ['Organization'],
      where: [],
      sort: [],
      includes: [],
      count: 20,
      total: 'none',
    })
    const organizations = matches.map(({ text }) => JSON.parse(text) as Resource)
    const top = organizations.find(({ partOf }) => partOf === undefined)
    const description = {
      name: typeof top?.name === 'string' ? top.name : clinic,
      timeZone: zoneOf(top) ?? timeZone,
    }
    known.set(clinic, { description, until: now() + rememberedMs })
    return description
  }
}

function zoneOf(organization: Resource | undefined): string | undefined {
  const extensions = (organization?.extension ?? []) as readonly { url?: string; valueCode?: string }[]
  const zone = extensions.find(({ url }) => url === timeZoneUrl)?.valueCode
  return zone !== undefined && isTimeZone(zone) ? zone : undefined
}
