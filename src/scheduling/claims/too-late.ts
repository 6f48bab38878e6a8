import type { Transaction } from '#store/store.ts'
import type { Lost } from './claim.ts'
import type { Facts } from './load-facts.ts'
import type { Taker } from './moves.ts'
import type { Wish } from './wishes.ts'

/** As `almanac_claim` looks first, before anybody queues: who shares with nobody meets any claim that has not ended. */
const text = `select w as wish from unnest($1::text[]) w, lateral string_to_array(w, ' ') p
  where (select true from booking_claim c where c.actor = p[1] and c.period && tstzrange(p[2]::timestamptz, p[3]::timestamptz)
    and (c.expires is null or c.expires > almanac_now()) limit 1)`

/**
 * Of new visits those that come too late. A crowd that wants one time is told so by one look-up, for which nobody holds a
 * connection; what is not found here is asked of `almanac_claim`.
 */
export async function findTooLate(
  tx: Transaction,
  takers: readonly Taker[],
  wishes: readonly Wish[],
  facts: Facts,
): Promise<readonly Lost[]> {
  const isNew = takers.every(({ before }) => before === undefined)
  const isBusy = takers.some(({ visit }) =>
    visit.slots.some(({ reference }) => facts.get(reference)?.status === 'busy'),
  )
  if (!isNew || !(tx.hindered || isBusy)) return []
  const asked = wishes.filter(({ capacity, over = 0 }) => capacity === 1 && over === 0)
  const taken = new Set((await tx.lookUp<{ wish: string }>(text, [asked.map(keyOf)])).map(({ wish }) => wish))
  return asked.filter((wish) => taken.has(keyOf(wish)))
}

function keyOf({ actor, begins, ends }: Wish): string {
  return `${actor} ${begins} ${ends}`
}
