import { setImmediate } from 'node:timers/promises'
import type { Resource } from '#fhir/resource.ts'
import { type Busy, busyWith, idle } from '../find/busy.ts'
import { type Calendars, combine } from '../find/find-times.ts'
import type { FoundTime } from '../find/found-time.ts'
import { rankTimes } from '../find/rank-times.ts'
import type { BookingRule } from '../rules/booking-rule.ts'
import type { View, Waiting } from './load-view.ts'
import { replacedBy } from './wishes-of.ts'

export interface PlannedOffer {
  readonly waiting: Waiting
  /** Best first: the next one when one is lost meanwhile. */
  readonly times: readonly FoundTime[]
}

/** Who loses that many races at once is looked for again in a moment. */
const mostTries = 5
/** Nobody can answer sooner. */
const shortest = 5 * 60_000

/**
 * In the order of the list each gets the best that is left. `permit` asks the clinic's rules; a time that is planned for
 * one is taken for those behind.
 */
export async function planOffers(
  { calendar, calendars, waiting }: View,
  permit: (one: Waiting, times: readonly FoundTime[]) => Promise<readonly FoundTime[]>,
): Promise<readonly PlannedOffer[]> {
  const busy = new Map(calendars.busy)
  const planned: PlannedOffer[] = []
  for (const one of waiting) {
    // A list may be long and a calendar wide: others have their turn in between.
    await setImmediate()
    const fitting = timesFor(one, { ...calendars, busy }, calendar.rules)
    if (fitting.length === 0) continue
    const times = (await permit(one, fitting)).slice(0, mostTries)
    const [best] = times
    if (best === undefined) continue
    planned.push({ waiting: one, times })
    take(busy, best, one.wish.patients)
  }
  return planned
}

/** Pure. What is free and fits the wishes, best first; not what they have let pass already. */
export function timesFor(
  { candidates, wish, wishes, refused, entry, replaces }: Waiting,
  calendars: Calendars,
  rules: readonly BookingRule[],
): readonly FoundTime[] {
  if (isPointless(entry.appointment, replaces, calendars.now)) return []
  const before = replaces === undefined ? Number.POSITIVE_INFINITY : Date.parse(String(replaces.start))
  const { periods } = wishes
  const found = combine(candidates, wish, calendars).filter(
    (time) =>
      time.start < before &&
      (periods.length === 0 || periods.some(({ start, end }) => start <= time.start && time.end <= end)) &&
      !refused.some(({ begins }) => begins.getTime() === time.start) &&
      lastAnswer(time, rules) - calendars.now >= shortest,
  )
  return rankTimes(found, wish)
}

/** What was to be replaced is over, or given up otherwise. */
export function isPointless(entry: Resource, replaces: Resource | undefined, now: number): boolean {
  if (replaces === undefined) return replacedBy(entry) !== undefined
  return !live.has(replaces.status) || Date.parse(String(replaces.start)) <= now
}

const live: ReadonlySet<unknown> = new Set(['booked', 'pending'])

/** Until when it can be booked: before it begins, with all the notice that somebody may want. */
export function lastAnswer({ start, main, aids }: FoundTime, rules: readonly BookingRule[]): number {
  const notices = [
    ...[main, ...aids].map(({ roster }) => roster.notice.minimum ?? 0),
    ...rules.flatMap(({ demand }) => (demand.kind === 'notice' ? demand.length : [])),
  ]
  return start - Math.max(0, ...notices)
}

function take(busy: Map<string, Busy>, { start, end, main, aids }: FoundTime, patients: readonly string[]) {
  const taken = [main, ...aids].flatMap(({ actors }) => actors)
  for (const { reference, capacity } of [
    ...taken,
    ...patients.map((patient) => ({ reference: patient, capacity: 1 })),
  ])
    busy.set(reference, busyWith([...(busy.get(reference) ?? idle).claims, { start, end, capacity }]))
}
