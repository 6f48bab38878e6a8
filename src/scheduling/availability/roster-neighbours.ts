import { type RosterResource, referenceIn, referencesIn } from './roster-resource.ts'

/** Where the hours and closures of a schedule are written: itself, and the resources it leads to. */
export interface Neighbours {
  readonly schedule: RosterResource
  readonly practitioners: readonly RosterResource[]
  readonly roles: readonly RosterResource[]
  readonly services: readonly RosterResource[]
  /** Rooms first, then the houses they lie in. */
  readonly locations: readonly RosterResource[]
  readonly organizations: readonly RosterResource[]
  readonly devices: readonly RosterResource[]
}

export type Find = (reference: string) => RosterResource | undefined

/** A room in a floor in a wing in a house on a campus. */
const mostParents = 5

export function findNeighbours(
  schedule: RosterResource,
  find: Find,
  rolesOf: (practitioner: string) => readonly RosterResource[],
): Neighbours {
  const { actor } = schedule.resource
  const all = (references: readonly string[]) => references.flatMap((one) => find(one) ?? [])
  const named = all(referencesIn(actor, 'PractitionerRole'))
  const ownServices = referencesIn(actor, 'HealthcareService')
  const ownLocations = referencesIn(actor, 'Location')
  const fitting = referencesIn(actor, 'Practitioner')
    .flatMap(rolesOf)
    .filter(({ resource }) => resource.active !== false)
    .filter(({ resource }) => meets(referencesIn(resource.location), ownLocations))
    .filter(({ resource }) => meets(referencesIn(resource.healthcareService), ownServices))
  const roles = distinct([...named, ...fitting])
  const services = all(
    ownServices.length > 0
      ? ownServices
      : roles.flatMap(({ resource }) => referencesIn(resource.healthcareService)),
  )
  const rooms = all(ownLocations.length > 0 ? ownLocations : placeOf(roles))
  const locations = withParents(rooms, find)
  const organizations = withParents(
    all(
      [
        ...locations.map(({ resource }) => resource.managingOrganization),
        ...roles.map(({ resource }) => resource.organization),
        ...services.map(({ resource }) => resource.providedBy),
      ].flatMap((one) => referenceIn(one) ?? []),
    ),
    find,
  )
  const practitioners = all([
    ...referencesIn(actor, 'Practitioner'),
    ...named.flatMap(({ resource }) => referenceIn(resource.practitioner) ?? []),
  ])
  const devices = all(referencesIn(actor, 'Device'))
  return {
    schedule,
    roles,
    services: ofTheseTypes(schedule, distinct(services)),
    locations,
    organizations,
    practitioners: distinct(practitioners),
    devices,
  }
}

/** Nothing said on one side fits everything on the other. */
function meets(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((reference) => other.includes(reference))
}

/** Where a schedule names no place, its roles may, if they agree. */
function placeOf(roles: readonly RosterResource[]): readonly string[] {
  const places = new Set(roles.flatMap(({ resource }) => referencesIn(resource.location)))
  return places.size === 1 ? [...places] : []
}

/** A role may serve in several services: those of the schedule's own service types count. */
function ofTheseTypes(
  schedule: RosterResource,
  services: readonly RosterResource[],
): readonly RosterResource[] {
  const wanted = codesOf(schedule.resource.serviceType)
  const fitting = services.filter(({ resource }) =>
    codesOf(resource.type).some((code) => wanted.includes(code)),
  )
  return fitting.length > 0 ? fitting : services
}

export function codesOf(concepts: unknown): readonly string[] {
  if (!Array.isArray(concepts)) return []
  return concepts.flatMap((concept: { coding?: { system?: string; code?: string }[] }) =>
    (concept.coding ?? []).map(({ system = '', code = '' }) => `${system}|${code}`),
  )
}

function withParents(first: readonly RosterResource[], find: Find): readonly RosterResource[] {
  let reached: readonly RosterResource[] = distinct(first)
  for (let level = 0; level < mostParents; level++) {
    const parents = reached.flatMap(({ resource }) => find(referenceIn(resource.partOf) ?? '') ?? [])
    const more = distinct([...reached, ...parents])
    if (more.length === reached.length) return reached
    reached = more
  }
  return reached
}

function distinct(list: readonly RosterResource[]): readonly RosterResource[] {
  return [...new Map(list.map((one) => [one.reference, one])).values()]
}
