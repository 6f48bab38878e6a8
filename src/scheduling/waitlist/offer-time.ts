import type { Principal } from '#access/principal.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Road } from '#interaction/walk.ts'
import type { Database, Transaction } from '#store/store.ts'
import { currentTime } from '../booking/booking-parts.ts'
import type { FoundTime } from '../find/found-time.ts'
import { makeOffers } from '../find/make-offers.ts'
import { ownRequest } from '../own-request.ts'
import type { BookingRule } from '../rules/booking-rule.ts'
import { asOffer } from './offer-edits.ts'
import { lastAnswer, type PlannedOffer } from './plan-offers.ts'

export interface OfferParts {
  readonly database: Pick<Database, 'asSystem'>
  readonly road: Pick<Road, 'write'>
  /** The server itself, in a clinic. */
  readonly principalOf: (tenant: string) => Principal
  readonly offerMinutes: number
}

/** `lost`: somebody was faster. `refused`: it is not to be, whatever time it were: those behind must not wait for it. */
export type OfferOutcome = 'offered' | 'lost' | 'refused'

/** Holds the best of the times that is still there. */
export async function offerTime(
  parts: OfferParts,
  tenant: string,
  { waiting, times }: PlannedOffer,
  rules: readonly BookingRule[],
): Promise<OfferOutcome> {
  let outcome: OfferOutcome = 'lost'
  for (const time of times)
    try {
      const latest = lastAnswer(time, rules)
      const made = await parts.database
        .asSystem(tenant)
        .transaction((tx) => offerOne(parts, tx, waiting.entry.id, waiting.wish, time, latest))
      return made ? 'offered' : 'lost'
    } catch (failure) {
      if (!(failure instanceof Refusal) || failure.status >= 500) throw failure
      // Taken since it was looked for: the next one.
      outcome = failure.kind === 'conflict' ? outcome : 'refused'
    }
  return outcome
}

async function offerOne(
  { road, principalOf, offerMinutes }: OfferParts,
  tx: Transaction,
  id: string,
  wish: PlannedOffer['waiting']['wish'],
  time: FoundTime,
  latest: number,
): Promise<boolean> {
  // Whoever has the row makes the offer; nobody waits for them.
  const mine = await tx.query(
    'SELECT 1 FROM waitlist_entry WHERE tenant = $1 AND appointment = $2 FOR UPDATE SKIP LOCKED',
    [tx.tenant, id],
  )
  const before = mine.length === 0 ? undefined : await tx.read('Appointment', id)
  if (before === undefined || before.deleted) return false
  const entry = parseJson(before.text) as Resource
  const [offer] = await makeOffers(tx, [time], wish, () => id)
  if (entry.status !== 'waitlist') return false
  if (offer === undefined) throw new Refusal('conflict', 'This time is not free any more.')
  const now = await currentTime(tx)
  const deadline = new Date(Math.min(now.getTime() + offerMinutes * 60_000, latest))
  const after = asOffer(entry, offer, deadline)
  await road.write(
    { method: 'PUT', type: 'Appointment', id, before, after },
    tx,
    request,
    principalOf(tx.tenant),
  )
  await tx.query(
    `INSERT INTO waitlist_offer (tenant, appointment, made, begins, ends, deadline) VALUES ($1, $2, $3, $4, $5, $6)`,
    [tx.tenant, id, now, new Date(time.start), new Date(time.end), deadline],
  )
  return true
}

const request = ownRequest('waiting-list')
