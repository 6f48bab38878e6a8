import type { Principal } from '#access/principal.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Claimed, ClaimedSlot, Lost } from './claim.ts'
import type { ClaimParts } from './claim-parts.ts'
import type { Taker } from './moves.ts'
import { isTakenAround } from './taken-around.ts'

/** As many as a caller can be read on the telephone. */
const mostAlternatives = 5

/** What is taken is named, whose it is never: 409, and what could be had instead. */
export function refuseLost(
  parts: ClaimParts,
  principal: Principal,
  takers: readonly Taker[],
  claimed: Pick<Claimed, 'lost' | 'slots'>,
  isFresh: (slot: string) => boolean,
): void {
  for (const taker of takers) {
    const issues = [
      ...claimed.lost
        .filter(({ appointment }) => appointment === taker.id)
        .map((lost) => tellLost(lost, taker)),
      ...closedSlots(taker, claimed.slots, isFresh),
    ]
    const [first] = issues
    if (first === undefined) continue
    throw new Refusal('conflict', first.diagnostics, {
      issues: distinct(issues),
      about: `Appointment/${taker.id}`,
      suggest: () => suggest(parts, principal, taker.after),
    })
  }
}

function tellLost({ actor }: Lost, { visit, after }: Taker): Issue {
  const named = [...visit.actors, ...visit.slots].find(({ reference }) => reference === actor)
  const sentence = actor.startsWith('Patient/')
    ? 'The patient has another visit at this time: choose another time.'
    : actor.startsWith('Slot/')
      ? `${actor} is taken: choose another slot.`
      : `${actor} has no time from ${after.start} to ${after.end}: choose another time.`
  return conflict(sentence, named?.expression ?? 'Appointment.slot')
}

/** Closed, or kept busy by something other than appointments of this server. */
function* closedSlots(
  { visit }: Taker,
  slots: readonly ClaimedSlot[],
  isFresh: (slot: string) => boolean,
): Generator<Issue> {
  for (const { reference, expression } of visit.slots) {
    const slot = slots.find(({ current }) => `Slot/${current.id}` === reference)
    if (slot === undefined || isFresh(reference) || slot.claims.firm + slot.claims.soft === 0) continue
    const stored = JSON.parse(slot.current.text) as Resource
    const status = String(stored.status)
    // What is busy by visits beside it alone was open to this one, or it would have lost.
    const busy =
      (status === 'busy' || status === 'busy-tentative') &&
      slot.claims.earlier === 0 &&
      !isTakenAround(stored)
    if (busy || status === 'busy-unavailable' || status === 'entered-in-error')
      yield conflict(`${reference} is ${status}: choose a free slot.`, expression)
  }
}

async function suggest(
  parts: ClaimParts,
  principal: Principal,
  appointment: Resource,
): Promise<Resource | undefined> {
  const found = await parts.advice.alternatives(
    parts.openReads(principal),
    { appointment, principal },
    mostAlternatives,
  )
  if (found.length === 0) return undefined
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.length,
    entry: found.map((resource) => ({ resource, search: { mode: 'match' } })),
  }
}

const conflict = (diagnostics: string, expression: string): Issue => ({
  severity: 'error',
  code: 'conflict',
  diagnostics,
  expression: [expression],
})

function distinct(issues: readonly Issue[]): readonly Issue[] {
  return issues.filter(
    ({ diagnostics }, at) => issues.findIndex((one) => one.diagnostics === diagnostics) === at,
  )
}
