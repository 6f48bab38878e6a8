import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { Booking, BrokenRule } from '../advice.ts'
import type { Interval } from '../availability/interval.ts'
import { hasRoom } from '../find/busy.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendars } from '../find/clinic-calendar.ts'
import { loadBusy } from '../find/load-times.ts'
import { type BookingFacts, bookingFacts } from './booking-facts.ts'
import { calendarReasons } from './calendar-reasons.ts'
import type { ConditionParts } from './conditions.ts'
import { createJudge } from './judge.ts'
import { type Override, overrideOf, overridesOf } from './overrides.ts'

export interface RuleParts extends ConditionParts {
  readonly calendars: ClinicCalendars
  readonly clock: () => Date
  readonly timeZone: string
  /** An override leaves its AuditEvent with the booking. */
  readonly auditOverride: (tx: Transaction, principal: Principal, about: Resource, override: Override) => void
}

/** What a booking would break of calendars and rules; nothing of it is asked of the database where there are no rules. */
export async function checkRules(
  parts: RuleParts,
  tx: Transaction,
  { appointment, principal, schedules }: Booking,
): Promise<readonly BrokenRule[]> {
  const now = parts.clock().getTime()
  const calendar = await parts.calendars.of(tx)
  const candidates = schedules.flatMap((schedule) => calendar.candidates.get(schedule) ?? [])
  const booking = bookingFacts(appointment, candidates, parts.timeZone)
  // What lies in the past is history, imported or set right.
  if (!(booking.end > now)) return []
  const judge = await createJudge(parts, tx, calendar, booking, booking.actors)
  const broken = [
    ...candidates.flatMap((candidate) => calendarReasons(candidate, booking, now)),
    ...(await bufferReasons(tx, candidates, booking)),
    ...(judge?.(booking) ?? []),
  ]
  const overrides = overridesOf(appointment)
  return broken.filter((one) => {
    const override = overrideOf(one, overrides, principal)
    if (override !== undefined) parts.auditOverride(tx, principal, appointment, override)
    return override === undefined
  })
}

/** The schedule's own buffers: its people need them between visits. */
async function bufferReasons(
  tx: Transaction,
  candidates: readonly Candidate[],
  { id, start, end }: BookingFacts,
): Promise<readonly BrokenRule[]> {
  const broken: BrokenRule[] = []
  for (const { roster, actors } of candidates) {
    const { before = 0, after = 0 } = roster.cutting ?? {}
    if (before + after === 0) continue
    const around: Interval = { start: start - before, end: end + after }
    const busy = await loadBusy(
      tx,
      actors.map(({ reference }) => reference),
      around,
      id === undefined ? [] : [id],
    )
    for (const { reference, capacity } of actors) {
      const own = busy.get(reference)
      if (own === undefined || hasRoom(own, around, capacity)) continue
      broken.push({
        rule: 'buffer',
        source: roster.source,
        sentence: `${reference} needs time before and after visits: choose a time farther from the next one.`,
        severity: 'refuse',
        overridableBy: ['front-desk', 'practitioner', 'clinic-admin'],
      })
    }
  }
  return broken
}
