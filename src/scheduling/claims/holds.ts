import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Claimed, Held, NewHold } from './claim.ts'
import type { ClaimParts } from './claim-parts.ts'
import { isTaker, type Move, type Taker } from './moves.ts'

/** For whom the holder acts: a user of that client, or the patient in its context. */
export function holderOf({ fhirUser, patient }: Principal): string | null {
  return fhirUser ?? (patient === undefined ? null : `Patient/${patient}`)
}

export function newHolds(takers: readonly Taker[], principal: Principal): readonly NewHold[] {
  return takers.flatMap(({ id, visit: { expires, actors }, taking }) =>
    taking === 'tentative' && expires !== undefined
      ? [
          {
            appointment: id,
            client: principal.clientId,
            holder: holderOf(principal),
            patient: actors.find(({ reference }) => reference.startsWith('Patient/'))?.reference ?? null,
            expires,
          },
        ]
      : [],
  )
}

/** A hold is its holder's: nobody else books, moves or releases it, and it cannot be used when it has ended. */
export function checkHolds(
  moves: readonly Move[],
  { held, quotas }: Claimed,
  principal: Principal,
  { settings, ownClient }: Pick<ClaimParts, 'settings' | 'ownClient'>,
): void {
  for (const hold of held) {
    const move = moves.find(({ id }) => id === hold.appointment)
    if (move !== undefined) checkHeld(hold, move, principal, ownClient)
  }
  for (const { name, holds } of quotas) {
    if (name === ownClient) continue
    const most = name.startsWith('Patient/') ? settings.holdsPerPatient : settings.holdsPerClient
    if (holds > most)
      throw new Refusal('throttled', `No more than ${most} holds at a time: book or release one first.`, {
        headers: { 'Retry-After': '60' },
      })
  }
}

function checkHeld(hold: Held, move: Move, principal: Principal, ownClient: string | undefined): void {
  const about = `Appointment/${hold.appointment}`
  if (hold.ended) {
    if (!isTaker(move)) return
    throw new Refusal('conflict', 'This hold has ended: look for a free time again.', {
      about,
      expression: 'Appointment.status',
    })
  }
  // Held for a patient: whoever may change their Appointment may take it or let it go.
  if (hold.client === ownClient) return
  if (hold.client === principal.clientId && hold.holder === holderOf(principal)) return
  throw new Refusal('forbidden', 'Someone else holds this time: only they may book, move or release it.', {
    about,
  })
}
