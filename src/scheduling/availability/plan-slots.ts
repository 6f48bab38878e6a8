import { covers, type Interval, merge, overlaps } from './interval.ts'

/** A slot that is there already. */
export interface ExistingSlot extends Interval {
  readonly id: string
  readonly status: string
  /** Made by the generator: only these are its to take away. */
  readonly generated: boolean
}

export interface SlotPlan {
  readonly create: readonly Interval[]
  /** Free, still to come, and no longer in the roster. */
  readonly remove: readonly ExistingSlot[]
  /** Taken, still to come, and outside of the roster's open time: somebody must talk to these patients. */
  readonly hit: readonly ExistingSlot[]
  readonly kept: number
}

/**
 * Pure: from what is there to what the roster wants, for slots that begin in the range; both lists go on a little behind
 * it. Once carried out, the next plan is empty.
 */
export function planSlots(
  wanted: readonly Interval[],
  existing: readonly ExistingSlot[],
  open: readonly Interval[],
  range: Interval,
  now: number,
): SlotPlan {
  const places = new Set(wanted.map(keyOf))
  const known = existing.filter(({ status }) => status !== 'entered-in-error')
  const unwanted = known.filter((slot) => isOurs(slot) && slot.start >= now && !places.has(keyOf(slot)))
  const goes = new Set(unwanted)
  const kept = known.filter((slot) => !goes.has(slot))
  const taken = merge(kept)
  const create = wanted.filter((slot) => slot.start >= now && begins(slot, range) && !overlaps(taken, slot))
  const news = merge(create)
  return {
    create,
    // What begins behind the range waits for its own turn, unless it stands in the way.
    remove: unwanted.filter((slot) => begins(slot, range) || overlaps(news, slot)),
    hit: kept.filter(
      (slot) => begins(slot, range) && slot.start >= now && isTaken(slot) && !covers(open, slot),
    ),
    kept: kept.filter((slot) => begins(slot, range)).length,
  }
}

function begins({ start }: Interval, range: Interval): boolean {
  return range.start <= start && start < range.end
}

function keyOf({ start, end }: Interval): string {
  return `${start}-${end}`
}

function isOurs({ generated, status }: ExistingSlot): boolean {
  return generated && status === 'free'
}

function isTaken({ status }: ExistingSlot): boolean {
  return status === 'busy' || status === 'busy-tentative'
}
