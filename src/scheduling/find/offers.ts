import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'

/** Long enough to choose and confirm, short enough that the choice is still there. */
const minutes = 15

export interface OfferPage {
  readonly page: string
  readonly appointments: readonly Resource[]
}

/** An offer's id is its page's, and its place in it. */
export function offerId(page: string, at: number): string {
  return `${page}.${at}`
}

/** Sweeps away some that nobody can book any more, so that no job is needed for it. */
export async function keepOffers(tx: Transaction, { page, appointments }: OfferPage): Promise<void> {
  await tx.query(
    `WITH ended AS (
       SELECT page FROM visit_offer WHERE tenant = $1 AND expires < almanac_now() - interval '1 hour'
       LIMIT 20),
     gone AS (DELETE FROM visit_offer v USING ended WHERE v.tenant = $1 AND v.page = ended.page)
     INSERT INTO visit_offer (tenant, page, expires, appointments)
     VALUES ($1, $2, almanac_now() + interval '${minutes} minutes', $3)`,
    [tx.tenant, page, JSON.stringify(appointments)],
  )
}

const offer = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,4})$/

export async function loadOffer(tx: Transaction, id: string): Promise<Resource | undefined> {
  const match = offer.exec(id)
  if (match === null) return undefined
  const rows = await tx.query<{ appointment: Resource }>(
    `SELECT one AS appointment FROM visit_offer, jsonb_array_elements(appointments) AS one
     WHERE tenant = $1 AND page = $2 AND expires > almanac_now() AND one ->> 'id' = $3`,
    [tx.tenant, match[1], id],
  )
  return rows[0]?.appointment
}
