import type { Principal } from '#access/principal.ts'
import { parseJson } from '#fhir/json.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Road } from '#interaction/walk.ts'
import type { Database, Transaction } from '#store/store.ts'
import { withStatus } from '../booking/appointment-edits.ts'
import { ownRequest } from '../own-request.ts'

export interface EndHoldsParts {
  readonly database: Pick<Database, 'acrossClinics' | 'asSystem'>
  readonly road: Pick<Road, 'write'>
  /** The server itself, in a clinic. */
  readonly principalOf: (tenant: string) => Principal
  /** What becomes of an Appointment that was held and came from somewhere; undefined: it is cancelled. */
  readonly returned?: (tx: Transaction, id: string, held: Resource) => Promise<Resource | undefined>
}

/** A transaction's worth: its actors are locked together. */
const atOnce = 20

/**
 * Cancels what was held and not booked in time, so that searches see the slots free. Bookings do not wait for it: what
 * has ended is out of their way already. Any number of servers may do this at once. Answers with how many have ended.
 */
export async function endHolds(parts: EndHoldsParts): Promise<number> {
  const due = await parts.database.acrossClinics<{ tenant: string; appointment: string }>(
    'select tenant, appointment from booking_hold where expires <= almanac_now() order by expires limit 1000',
  )
  let ended = 0
  for (const [tenant, holds] of Map.groupBy(due, (hold) => hold.tenant)) {
    const ids = holds.map(({ appointment }) => appointment)
    for (let at = 0; at < ids.length; at += atOnce)
      ended += await endSome(parts, tenant, ids.slice(at, at + atOnce))
  }
  return ended
}

function endSome(parts: EndHoldsParts, tenant: string, ids: readonly string[]): Promise<number> {
  return parts.database.asSystem(tenant).transaction(async (tx) => {
    // Tried, not waited for: another server is at those that are locked.
    const mine = await tx.query<{ appointment: string }>(
      `select appointment from booking_hold
       where tenant = current_setting('almanac.tenant') and appointment = any($1) and expires <= almanac_now()
         and pg_try_advisory_xact_lock(hashtextextended(tenant || chr(10) || appointment, 20260821))`,
      [ids],
    )
    for (const { appointment } of mine) await endOne(parts, tx, appointment)
    return mine.length
  })
}

async function endOne(
  { road, principalOf, returned }: EndHoldsParts,
  tx: Transaction,
  id: string,
): Promise<void> {
  const before = await tx.read('Appointment', id)
  const appointment =
    before === undefined || before.deleted ? undefined : (parseJson(before.text) as Resource)
  if (before === undefined || (appointment?.status !== 'pending' && appointment?.status !== 'proposed'))
    return
  const after =
    (await returned?.(tx, id, appointment)) ??
    withStatus(appointment, 'cancelled', { text: 'The hold ended.' })
  await road.write(
    { method: 'PUT', type: 'Appointment', id, before, after },
    tx,
    request,
    principalOf(tx.tenant),
  )
}

const request = ownRequest('end-holds')
