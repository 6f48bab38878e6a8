import type { Interval } from '../availability/interval.ts'
import { firstFrom } from '../first-from.ts'

/** What an actor's time is taken for: claims, by their beginning. */
export interface Busy {
  readonly claims: readonly Claim[]
  /** So far back a claim may begin that still lies over an instant. */
  readonly longest: number
}

export interface Claim extends Interval {
  /** How many at once the booking that took it allows. */
  readonly capacity: number
}

export const idle: Busy = { claims: [], longest: 0 }

export function busyWith(claims: readonly Claim[]): Busy {
  return {
    claims: claims.toSorted((a, b) => a.start - b.start),
    longest: claims.reduce((longest, { start, end }) => Math.max(longest, end - start), 0),
  }
}

/** As a booking's claim would be judged: at every instant one more fits, for it and for those who are there. */
export function hasRoom(busy: Busy, { start, end }: Interval, capacity: number): boolean {
  if (busy.claims.length === 0) return true
  const over = claimsOver(busy, { start, end })
  const least = Math.min(capacity, ...over.map((claim) => claim.capacity))
  return over.length === 0 || (least > 1 && peak(over, start) < least)
}

/** How many more fit, all at once. */
export function placesLeft(busy: Busy, { start, end }: Interval, capacity: number): number {
  const over = claimsOver(busy, { start, end })
  const least = Math.min(capacity, ...over.map((claim) => claim.capacity))
  return over.length === 0 ? least : least - peak(over, start)
}

function claimsOver({ claims, longest }: Busy, { start, end }: Interval): readonly Claim[] {
  const over: Claim[] = []
  for (let at = firstFrom(claims, start - longest); at < claims.length; at++) {
    const claim = claims[at] as Claim
    if (claim.start >= end) break
    if (claim.end > start) over.push(claim)
  }
  return over
}

function peak(over: readonly Claim[], from: number): number {
  const begins = over.map(({ start }) => Math.max(start, from))
  return Math.max(
    ...begins.map((instant) => over.filter(({ start, end }) => start <= instant && instant < end).length),
  )
}
