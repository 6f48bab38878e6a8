import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { RosterResource } from '../availability/roster-resource.ts'
import type { BookingRule } from './booking-rule.ts'
import { isBookingRule, readBookingRule } from './read-booking-rule.ts'

interface Row extends RosterResource {
  readonly resource: Resource
}

/** The clinic's active rules, in the order in which they are told. */
export async function loadBookingRules(tx: Transaction, timeZone: string): Promise<readonly BookingRule[]> {
  const rows = await tx.query<Row>(
    `SELECT 'PlanDefinition/' || id AS reference, version, content AS resource FROM ${tableOf('PlanDefinition')}
     WHERE tenant = $1 AND by_status = 'active' ORDER BY id`,
    [tx.tenant],
  )
  return rows
    .filter(({ resource }) => isBookingRule(resource))
    .flatMap((row) => readBookingRule(row, timeZone).rule ?? [])
    .toSorted((a, b) => a.priority - b.priority)
}
