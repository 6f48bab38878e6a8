import type { Principal } from '#access/principal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { Booking, BrokenRule } from '../advice.ts'
import type { Interval } from '../availability/interval.ts'
import { externalReasons } from '../external/external-busy.ts'
import { hasRoom } from '../find/busy.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar, ClinicCalendars } from '../find/clinic-calendar.ts'
import { loadBare } from '../find/load-bare.ts'
import { loadBusy } from '../find/load-times.ts'
import { besidesSlots, openCalendar } from './besides-slots.ts'
import { type BookingFacts, bookingFacts } from './booking-facts.ts'
import { calendarReasons } from './calendar-reasons.ts'
import type { ConditionParts } from './conditions.ts'
import { cutOffReasons, isGivenUp } from './cut-offs.ts'
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
  { appointment, before, principal, schedules }: Booking,
): Promise<readonly BrokenRule[]> {
  const now = parts.clock().getTime()
  const calendar = await parts.calendars.of(tx)
  const candidates = schedules.flatMap((schedule) => calendar.candidates.get(schedule) ?? [])
  const booking = bookingFacts(appointment, candidates, parts.timeZone)
  // What lies in the past is history, imported or set right.
  if (!(booking.end > now)) return []
  const cutOff =
    before === undefined
      ? []
      : cutOffReasons(
          calendar.rules,
          bookingFacts(before, candidates, parts.timeZone),
          appointment,
          principal,
          now,
        )
  const broken = [
    ...cutOff,
    ...(isGivenUp(before, appointment) ? [] : await bookingReasons(parts, tx, calendar, candidates, booking)),
  ]
  const overrides = overridesOf(appointment)
  return broken.filter((one) => {
    const override = overrideOf(one, overrides, principal)
    if (override !== undefined) parts.auditOverride(tx, principal, appointment, override)
    return override === undefined
  })
}

/** That `checkRules` would find nothing against a new booking, as far as it can be told without asking or holding anything. */
export async function allowsUnasked(
  { calendars, clock, timeZone }: Pick<RuleParts, 'calendars' | 'clock' | 'timeZone'>,
  tx: Transaction,
  { appointment, schedules }: Booking,
): Promise<boolean> {
  const calendar = await calendars.of(tx)
  const { candidates: known, rules, external } = calendar
  if (external.size > 0 || rules.some(({ demand }) => demand.kind !== 'overbooking')) return false
  const candidates = schedules.flatMap((schedule) => known.get(schedule) ?? [])
  const booking = bookingFacts(appointment, candidates, timeZone)
  const now = clock().getTime()
  const { calendars: others, bare } = besidesSlots(calendar, appointment, candidates)
  // What nobody has asked for yet is looked up on the other road.
  if (others.length > 0 || haveMore(calendar, candidates) || bare.some((one) => !calendar.bare.has(one)))
    return false
  return (
    candidates.every(
      (candidate) => !hasBuffers(candidate) && calendarReasons(candidate, booking, now).length === 0,
    ) &&
    bare.every((one) => openCalendar([calendar.bare.get(one) as Candidate], booking, now).open !== undefined)
  )
}

/** Whose other calendars follow what is taken in these. */
function haveMore({ byActor }: ClinicCalendar, candidates: readonly Candidate[]): boolean {
  return candidates.some(({ actors }) =>
    actors.some(({ reference }) => byActor.get(reference)?.some((one) => !candidates.includes(one))),
  )
}

function hasBuffers({ roster: { cutting } }: Candidate): boolean {
  return (cutting?.before ?? 0) + (cutting?.after ?? 0) > 0
}

async function bookingReasons(
  parts: RuleParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  candidates: readonly Candidate[],
  booking: BookingFacts,
): Promise<readonly BrokenRule[]> {
  const now = parts.clock().getTime()
  const judge = await createJudge(parts, tx, calendar, booking, booking.actors)
  const { calendars, bare } = besidesSlots(calendar, booking.appointment, candidates)
  const rooms = await loadBare(tx, calendar, bare, parts.timeZone)
  const besides = [...calendars, ...rooms.map((one) => [one])].map((list) => openCalendar(list, booking, now))
  const asked = new Set([...candidates, ...besides.flatMap(({ open }) => open ?? [])])
  return [
    ...candidates.flatMap((candidate) => calendarReasons(candidate, booking, now)),
    ...besides.flatMap(({ reasons }) => reasons),
    ...(await bufferReasons(tx, asked, booking)),
    ...(await elsewhereReasons(tx, calendar, asked, booking, now)),
    ...(judge?.(booking) ?? []),
  ]
}

/** Calendars elsewhere of those whose slots these are; nothing is asked where nobody has any. */
async function elsewhereReasons(
  tx: Transaction,
  { external }: ClinicCalendar,
  candidates: Iterable<Candidate>,
  booking: BookingFacts,
  now: number,
): Promise<readonly BrokenRule[]> {
  if (external.size === 0) return []
  const reasons: BrokenRule[] = []
  for (const candidate of candidates)
    reasons.push(...(await externalReasons(tx, external, candidate, booking, now)))
  return reasons
}

/** The schedule's own buffers: its people need them between visits. */
async function bufferReasons(
  tx: Transaction,
  candidates: Iterable<Candidate>,
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
