import type { StoredVersion } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'

/**
 * The same request of one client is carried out once: whoever sends it again gets what it made. Two at once wait for
 * each other.
 */
export async function once(
  tx: Transaction,
  client: string,
  key: string | undefined,
  work: () => Promise<StoredVersion>,
): Promise<StoredVersion> {
  if (key === undefined) return work()
  await tx.lock([`booking request ${client} ${key}`])
  const [made] = await tx.query<{ appointment: string }>(
    `select appointment from booking_request where tenant = current_setting('almanac.tenant') and client = $1 and key = $2`,
    [client, key],
  )
  const again = made && (await tx.read('Appointment', made.appointment))
  if (again !== undefined && !again.deleted) return again
  const stored = await work()
  await tx.query(
    `insert into booking_request (tenant, client, key, appointment) values (current_setting('almanac.tenant'), $1, $2, $3)
     on conflict (tenant, client, key) do nothing`,
    [client, key, stored.id],
  )
  return stored
}
