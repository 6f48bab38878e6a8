import type { Transaction } from '#store/store.ts'
import { allowed, type FindParts } from '../find/find-times.ts'
import { isWaiting, type PastOffer } from './entries.ts'
import type { InLine } from './line.ts'
import { aheadOf, compete } from './line.ts'
import type { View } from './load-view.ts'
import { isPointless, timesFor } from './plan-offers.ts'

type Part = Readonly<Record<string, unknown>>

/** SCHED-136, told: where somebody stands, why there, what they were offered, and why nothing is offered now. */
export async function describeEntry(
  parts: FindParts,
  tx: Transaction,
  view: View,
  line: readonly InLine[],
  at: number,
  offers: readonly PastOffer[],
): Promise<readonly Part[]> {
  const own = line[at] as InLine
  const { entry } = own
  const rivals = line.filter((other) => other !== own && compete(own, other))
  return [
    { name: 'appointment', valueReference: { reference: `Appointment/${entry.id}` } },
    { name: 'position', valuePositiveInt: aheadOf(line, at).length + 1 },
    { name: 'waiting', valueUnsignedInt: rivals.length + 1 },
    { name: 'urgency', valuePositiveInt: entry.urgency },
    { name: 'since', valueInstant: entry.since.toISOString() },
    { name: 'reason', valueString: await reasonFor(parts, tx, view, own, offers.at(-1)) },
    ...offers.map((offer) => ({ name: 'offer', part: describeOffer(offer) })),
  ]
}

function describeOffer({ begins, ends, made, deadline, outcome }: PastOffer): readonly Part[] {
  return [
    { name: 'start', valueInstant: begins.toISOString() },
    { name: 'end', valueInstant: ends.toISOString() },
    { name: 'made', valueInstant: made.toISOString() },
    { name: 'deadline', valueInstant: deadline.toISOString() },
    { name: 'outcome', valueCode: outcome ?? 'open' },
  ]
}

/** Why they wait, in a sentence. */
async function reasonFor(
  parts: FindParts,
  tx: Transaction,
  { calendar, calendars, waiting }: View,
  { entry, schedules }: InLine,
  last: PastOffer | undefined,
): Promise<string> {
  if (!isWaiting(entry))
    return last?.outcome === null
      ? `A time is offered: answer until ${last.deadline.toISOString()}.`
      : 'A time is held at the moment.'
  if (schedules.size === 0) return 'No calendar of the clinic fits the wishes: widen them.'
  const own = waiting.find((one) => one.entry.id === entry.id)
  if (own === undefined) return 'Nobody is named who comes, or the time that was wished for is over.'
  if (isPointless(entry.appointment, own.replaces, calendars.now))
    return 'The visit that an earlier one should replace is not booked any more.'
  const free = timesFor(own, calendars, calendar.rules)
  if (free.length === 0) return 'No time is free that fits the wishes and was not declined before.'
  const permitted = await allowed(parts, tx, calendar, own.wish, free.slice(0, 50))
  return permitted.length === 0
    ? 'The clinic has rules against every time that is free.'
    : 'A time is free: those ahead are asked first.'
}
