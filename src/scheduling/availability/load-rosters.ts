import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import { readRoster } from './read-roster.ts'
import type { Roster } from './roster.ts'
import { findNeighbours, type Neighbours } from './roster-neighbours.ts'
import { type RosterResource, referenceIn, referencesIn } from './roster-resource.ts'

interface Row {
  readonly reference: string
  readonly version: number
  readonly resource: Resource
}

/** Beside a Schedule, what says something about hours. */
export const rosterTypes = [
  'PractitionerRole',
  'Practitioner',
  'HealthcareService',
  'Location',
  'Organization',
  'Device',
] as const
/** Schedule, its actors, what these lead to, and five parents up. */
const mostRounds = 8

export interface LoadedRosters {
  readonly rosters: readonly Roster[]
  /** What each roster was read from, in the same order. */
  readonly neighbours: readonly Neighbours[]
  /** The schedules and all that was read for them, by reference. */
  readonly resources: ReadonlyMap<string, RosterResource>
}

/** A statement for the roles, then one a round for whatever the resources before it name, however many schedules. */
export async function loadRosters(
  tx: Transaction,
  schedules: readonly RosterResource[],
  zoneOfClinic: string,
): Promise<LoadedRosters> {
  const resources = new Map<string, RosterResource | undefined>()
  for (const schedule of schedules) resources.set(schedule.reference, schedule)
  const practitioners = schedules.flatMap(({ resource }) => referencesIn(resource.actor, 'Practitioner'))
  const roles = await loadRolesOf(tx, practitioners)
  for (const role of roles) resources.set(role.reference, role)
  for (let round = 0; round < mostRounds; round++) {
    const wanted = new Set([...resources.values()].flatMap((one) => (one === undefined ? [] : namedBy(one))))
    const missing = [...wanted].filter((reference) => !resources.has(reference))
    if (missing.length === 0) break
    for (const reference of missing) resources.set(reference, undefined)
    for (const row of await loadByReference(tx, missing)) resources.set(row.reference, row)
  }
  const rolesByPractitioner = Map.groupBy(roles, ({ resource }) => referenceIn(resource.practitioner) ?? '')
  const neighbours = schedules.map((schedule) =>
    findNeighbours(
      schedule,
      (reference) => resources.get(reference),
      (practitioner) => rolesByPractitioner.get(practitioner) ?? [],
    ),
  )
  const rosters = neighbours.map((one) => readRoster(one, zoneOfClinic))
  const found = [...resources].filter((one): one is [string, RosterResource] => one[1] !== undefined)
  return { rosters, neighbours, resources: new Map(found) }
}

export async function loadSchedules(
  tx: Transaction,
  ids: readonly string[] | 'all',
): Promise<readonly RosterResource[]> {
  const some = ids === 'all' ? '' : 'AND id = ANY($2)'
  return tx.query<Row>(
    `SELECT 'Schedule/' || id AS reference, version, content AS resource FROM ${tableOf('Schedule')}
     WHERE tenant = $1 ${some} ORDER BY id`,
    ids === 'all' ? [tx.tenant] : [tx.tenant, ids],
  )
}

function namedBy({ resource }: RosterResource): readonly string[] {
  const { actor, practitioner, location, healthcareService } = resource
  const single = [resource.managingOrganization, resource.organization, resource.providedBy, resource.partOf]
  const lists = [actor, [practitioner], location, healthcareService, single]
  return lists
    .flatMap((list) => referencesIn(list))
    .filter((one) => rosterTypes.some((type) => one.startsWith(`${type}/`)))
}

async function loadRolesOf(tx: Transaction, practitioners: readonly string[]): Promise<readonly Row[]> {
  if (practitioners.length === 0) return []
  return tx.query<Row>(
    `SELECT 'PractitionerRole/' || id AS reference, version, content AS resource FROM ${tableOf('PractitionerRole')}
     WHERE tenant = $1 AND by_practitioner = ANY($2) ORDER BY id`,
    [tx.tenant, [...new Set(practitioners)]],
  )
}

async function loadByReference(tx: Transaction, references: readonly string[]): Promise<readonly Row[]> {
  const selects = rosterTypes.flatMap((type) =>
    references.some((one) => one.startsWith(`${type}/`))
      ? `SELECT '${type}/' || id AS reference, version, content AS resource FROM ${tableOf(type)}
         WHERE tenant = $1 AND id IN (SELECT substr(one, ${type.length + 2}) FROM unnest($2::text[]) AS one WHERE one LIKE '${type}/%')`
      : [],
  )
  return tx.query<Row>(selects.join(' UNION ALL '), [tx.tenant, references])
}
