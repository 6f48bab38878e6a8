import { overlaps } from '../availability/interval.ts'
import { type Busy, busyWith, hasRoom } from '../find/busy.ts'
import { claimsOf, type MovedClaim, type PossibleMove } from './possible-moves.ts'

/** Rows that cannot all be where they were put: they meet at somebody who has no room for them all, buffers included. */
export function findMeetings(
  chosen: readonly (PossibleMove | undefined)[],
  busy: ReadonlyMap<string, Busy>,
): readonly (readonly number[])[] {
  const byActor = new Map<string, { row: number; claim: MovedClaim }[]>()
  for (const [row, move] of chosen.entries())
    for (const [actor, claim] of move === undefined ? [] : claimsOf(move)) {
      const list = byActor.get(actor)
      if (list === undefined) byActor.set(actor, [{ row, claim }])
      else list.push({ row, claim })
    }
  const found = new Map<string, readonly number[]>()
  for (const [actor, list] of byActor) {
    if (list.length < 2) continue
    const there = busy.get(actor)?.claims ?? []
    for (const { row, claim } of list) {
      const near = list.filter((other) => other.row !== row && overlaps([claim.around], other.claim))
      if (near.length === 0) continue
      const others = busyWith([...there, ...near.map((other) => other.claim)])
      if (hasRoom(others, claim.around, claim.capacity)) continue
      const rows = [row, ...near.map((other) => other.row)].sort((a, b) => a - b)
      found.set(rows.join(), rows)
    }
  }
  return [...found.values()]
}

/** Two at somebody who has room for one. */
export function meet(one: PossibleMove, other: PossibleMove): boolean {
  const theirs = claimsOf(other)
  for (const [actor, claim] of claimsOf(one)) {
    const there = theirs.get(actor)
    if (there === undefined || Math.min(claim.capacity, there.capacity) > 1) continue
    if (overlaps([claim.around], there) || overlaps([there.around], claim)) return true
  }
  return false
}
