import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Change } from '#interaction/write-rule.ts'
import type { Transaction } from '#store/store.ts'

/** What becomes of an open offer when its Appointment goes on to this status. */
const outcomes: Readonly<Record<string, string>> = { booked: 'accepted', waitlist: 'declined' }

/** Goes out with the change: who waits, since when, with which wishes, and what came of what they were offered. */
export async function keepEntries(
  tx: Transaction,
  { id, after }: Change,
  before: Resource | undefined,
  { patient }: Principal,
): Promise<void> {
  const status = String(after?.status)
  // Held for them, or for somebody who books for them: they have their place until it is booked.
  if (status === 'pending') return
  if (before?.status === 'pending')
    await tx.query(
      `UPDATE waitlist_offer SET ended = almanac_now(),
         outcome = CASE WHEN $3 = 'declined' AND deadline <= almanac_now() THEN 'expired' ELSE $3 END
       WHERE tenant = $1 AND appointment = $2 AND outcome IS NULL`,
      [tx.tenant, id, outcomes[status] ?? 'withdrawn'],
    )
  if (status !== 'waitlist') {
    await tx.query('DELETE FROM waitlist_entry WHERE tenant = $1 AND appointment = $2', [tx.tenant, id])
    return
  }
  await tx.query(
    `INSERT INTO waitlist_entry (tenant, appointment, since, version)
     VALUES ($1, $2, least(almanac_now(), $3::timestamptz), $4)
     ON CONFLICT (tenant, appointment) DO UPDATE SET version = excluded.version`,
    [tx.tenant, id, waitingSince(after, patient), Number(after?.meta?.versionId)],
  )
}

/** A clinic may bring a list along; a patient's own word does not put them in front. */
function waitingSince(after: Resource | undefined, patient: string | undefined): Date | null {
  const created = patient === undefined ? Date.parse(String(after?.created)) : Number.NaN
  return Number.isNaN(created) ? null : new Date(created)
}
