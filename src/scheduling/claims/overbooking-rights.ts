import type { Principal } from '#access/principal.ts'
import type { Transaction } from '#store/store.ts'
import type { Advice, Overbooking } from '../advice.ts'
import { overridesOf } from '../rules/overrides.ts'
import type { Facts } from './load-facts.ts'
import type { Taker } from './moves.ts'
import { schedulesOf, type Wish } from './wishes.ts'

/** By Appointment: only one that says why asks for more than there is room for. */
export async function loadRights(
  advice: Advice,
  tx: Transaction,
  principal: Principal,
  takers: readonly Taker[],
  facts: Facts,
): Promise<ReadonlyMap<string, Overbooking>> {
  const rights = new Map<string, Overbooking>()
  for (const { id, after: appointment, visit } of takers) {
    if (overridesOf(appointment).length === 0) continue
    const right = await advice.overbooking(tx, {
      appointment,
      principal,
      schedules: schedulesOf(visit, facts),
    })
    if (right !== undefined) rights.set(id, right)
  }
  return rights
}

/** Nobody is in two places at once: a patient has no second visit by any right. */
export function withRight(wishes: readonly Wish[], right: Overbooking | undefined): readonly Wish[] {
  if (right === undefined) return wishes
  return wishes.map((wish) => (wish.actor.startsWith('Patient/') ? wish : { ...wish, over: right.most }))
}
