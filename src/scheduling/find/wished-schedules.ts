import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { RosterResource } from '../availability/roster-resource.ts'
import type { FindWish } from './find-wish.ts'

interface Row {
  readonly reference: string
  readonly version: number
  readonly resource: Resource
}

/** A clinic with more asks for somebody, or for a place. */
const mostSchedules = 2_000

/** Those of the people, rooms and devices named; where nobody is named, all, for what they are for is told by their neighbours. */
export async function loadWishedSchedules(
  tx: Transaction,
  { practitioners, locations, devices }: FindWish,
): Promise<readonly RosterResource[]> {
  const named = [...practitioners, ...locations, ...devices]
  const some =
    practitioners.length === 0
      ? ''
      : `AND by_actor && ($2::text[] || ARRAY(
           SELECT 'PractitionerRole/' || id FROM ${tableOf('PractitionerRole')} WHERE tenant = $1 AND by_practitioner = ANY($2)
           UNION ALL
           SELECT by_practitioner FROM ${tableOf('PractitionerRole')} WHERE tenant = $1 AND 'PractitionerRole/' || id = ANY($2)))`
  const rows = await tx.query<Row>(
    `SELECT 'Schedule/' || id AS reference, version, content AS resource FROM ${tableOf('Schedule')}
     WHERE tenant = $1 AND by_active IS DISTINCT FROM 'false' ${some} ORDER BY id LIMIT ${mostSchedules + 1}`,
    practitioners.length === 0 ? [tx.tenant] : [tx.tenant, named],
  )
  if (rows.length > mostSchedules)
    throw new Refusal(
      'too-costly',
      `The clinic has more than ${mostSchedules} schedules: name a practitioner, a location or both.`,
    )
  return rows
}
