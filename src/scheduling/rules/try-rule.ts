import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { Transaction } from '#store/store.ts'
import type { Interval } from '../availability/interval.ts'
import { loadSchedulesOfSlots } from '../availability/load-schedules-of-slots.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import type { ClinicCalendar, ClinicCalendars } from '../find/clinic-calendar.ts'
import { type BookingFacts, bookingFacts } from './booking-facts.ts'
import type { BookingRule } from './booking-rule.ts'
import { type ConditionParts, createConditions } from './conditions.ts'
import { loadCountedVisits } from './counted-visits.ts'
import { evaluateRules } from './evaluate-rules.ts'
import { VisitIndex } from './visit-index.ts'

export interface DryRunParts extends ConditionParts {
  readonly calendars: ClinicCalendars
  readonly clock: () => Date
  readonly timeZone: string
}

export interface TriedRule {
  readonly range: Interval
  readonly looked: number
  readonly severity: string
  /** What it would not have let through, in the order in which it was booked. */
  readonly broken: readonly { readonly id: string; readonly start: string; readonly sentence: string }[]
}

/** A month of a large clinic. */
const mostBookings = 20_000

interface Row {
  readonly content: Resource
  readonly booked: Date
}

/** As if the rule had been there when each of the bookings of a range was made, one after the other. Writes nothing. */
export async function tryRule(
  parts: DryRunParts,
  tx: Transaction,
  rule: BookingRule,
  range: Interval,
): Promise<TriedRule> {
  const calendar = await parts.calendars.of(tx)
  const rows = await loadBooked(tx, range)
  const schedules = await loadSchedulesOfSlots(
    tx,
    rows.flatMap(({ content }) => referencesIn(content.slot, 'Slot')),
  )
  const bookings = rows.map(({ content, booked }) => {
    const candidates = referencesIn(content.slot, 'Slot').flatMap(
      (slot) => calendar.candidates.get(schedules.get(slot) ?? '') ?? [],
    )
    return { booked, facts: bookingFacts(content, [...new Set(candidates)], parts.timeZone) }
  })
  const judge = await createJudge(
    parts,
    tx,
    calendar,
    rule,
    range,
    bookings.map(({ facts }) => facts),
  )
  const broken = bookings.flatMap(({ booked, facts }) => {
    const sentence = judge(facts, booked.getTime())
    return sentence === undefined
      ? []
      : { id: String(facts.id), start: String(facts.appointment.start), sentence }
  })
  return { range, looked: rows.length, severity: rule.severity, broken }
}

type Judge = (booking: BookingFacts, booked: number) => string | undefined

async function createJudge(
  parts: DryRunParts,
  tx: Transaction,
  { candidates }: ClinicCalendar,
  rule: BookingRule,
  range: Interval,
  bookings: readonly BookingFacts[],
): Promise<Judge> {
  const all = [...candidates.values()]
  const actors = new Set([...bookings, ...all.map(({ roster }) => roster)].flatMap((one) => one.actors))
  const visits = Map.groupBy(
    await loadCountedVisits(tx, [rule], [...actors], range),
    ({ appointment }) => appointment,
  )
  const tried = new Set(bookings.map(({ id }) => id))
  const others = [...visits].filter(([id]) => !tried.has(id)).flatMap(([, some]) => some)
  const index = new VisitIndex(others)
  const patients = [...new Set(bookings.flatMap((one) => one.patients))]
  const holds = await createConditions(parts, tx, [rule], patients)
  return (booking, booked) => {
    const [against] = evaluateRules([rule], booking, { now: booked, visits: index, candidates: all, holds })
    if (against !== undefined) return against.sentence
    for (const visit of visits.get(booking.id ?? '') ?? []) index.add(visit)
    return undefined
  }
}

/** Live appointments of a range in the order in which they were made. */
async function loadBooked(tx: Transaction, { start, end }: Interval): Promise<readonly Row[]> {
  const rows = await tx.query<Row>(
    `SELECT a.content, h.updated AS booked FROM ${tableOf('Appointment')} a
     JOIN history h ON h.tenant = $1 AND h.type = 'Appointment' AND h.id = a.id AND h.version = 1
     WHERE a.tenant = $1 AND a.by_date_start >= $2 AND a.by_date_start < $3
       AND a.by_status IN ('pending', 'booked', 'arrived', 'checked-in')
     ORDER BY h.updated, a.id LIMIT ${mostBookings + 1}`,
    [tx.tenant, new Date(start), new Date(end)],
  )
  if (rows.length <= mostBookings) return rows
  throw new Refusal('too-costly', `There are more than ${mostBookings} bookings: look at fewer days.`, {
    expression: ['start', 'end'],
  })
}
