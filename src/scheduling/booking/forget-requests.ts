import type { Database } from '#store/store.ts'

/** A client that has not heard for a week whether it has booked looks it up. */
const days = 7

/** Client keys are kept for as long as a request may be sent again. Answers with how many are forgotten. */
export async function forgetRequests({ acrossClinics }: Pick<Database, 'acrossClinics'>): Promise<number> {
  const gone = await acrossClinics<{ key: string }>(
    `DELETE FROM booking_request WHERE created < almanac_now() - interval '${days} days' RETURNING key`,
  )
  return gone.length
}
