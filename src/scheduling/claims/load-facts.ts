import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'

/** What is known of those a visit names, by `Type/id`; what is not there, or deleted, is missing. */
export type Facts = ReadonlyMap<string, Resource>

const actorTypes = [
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'Device',
  'Patient',
  'RelatedPerson',
]

/** The slots, their schedules, those schedules' actors and the visit's own, in one round trip. */
const text = `with s as materialized (select id, by_schedule, text from slot where id = any($1::text[])),
  d as materialized (select id, by_actor, text from schedule where id = any(array(select substr(by_schedule, 10) from s) || $3::text[])),
  named as materialized (select unnest($2::text[]) as reference union select unnest(by_actor) from d),
  role as materialized (select id, by_practitioner, text from practitionerrole
    where id = any(array(select substr(reference, 18) from named where reference like 'PractitionerRole/%'))),
  n as materialized (select reference from named union select by_practitioner from role)
  select 'Slot/' || id as reference, text from s
  union all select 'Schedule/' || id, text from d
  union all select 'PractitionerRole/' || id, text from role
  ${actorTypes
    .filter((type) => type !== 'PractitionerRole')
    .map(
      (type) => `union all select '${type}/' || id, text from ${type.toLowerCase()}
        where id = any(array(select substr(reference, ${type.length + 2}) from n where reference like '${type}/%'))`,
    )
    .join('\n  ')}`

export async function loadFacts(
  tx: Transaction,
  slots: readonly string[],
  actors: readonly string[],
  schedules: readonly string[],
): Promise<Map<string, Resource>> {
  if (slots.length + actors.length + schedules.length === 0) return new Map()
  const ids = (references: readonly string[]) =>
    references.map((reference) => reference.slice(reference.indexOf('/') + 1))
  return new Map(read(await tx.lookUp<Row>(text, [ids(slots), actors, ids(schedules)])))
}

interface Row {
  readonly reference: string
  readonly text: string
}

/** Bookings that look up together are answered together: what they are told is read once for all of them. */
const known = new WeakMap<readonly Row[], Facts>()

function read(rows: readonly Row[]): Facts {
  let facts = known.get(rows)
  if (facts === undefined) {
    facts = new Map(rows.map((row) => [row.reference, JSON.parse(row.text) as Resource]))
    known.set(rows, facts)
  }
  return facts
}
