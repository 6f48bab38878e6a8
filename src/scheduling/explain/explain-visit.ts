import type { Transaction } from '#store/store.ts'
import { covers, type Interval, merge } from '../availability/interval.ts'
import { openTimes } from '../availability/open-times.ts'
import { externalReasons } from '../external/external-busy.ts'
import { visitsIn } from '../find/bookable.ts'
import { buildOffer } from '../find/build-offer.ts'
import { hasRoom } from '../find/busy.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { loadBusy } from '../find/load-times.ts'
import { bookingFacts } from '../rules/booking-facts.ts'
import { calendarReasons, type Reason } from '../rules/calendar-reasons.ts'
import { createJudge, type JudgeParts } from '../rules/judge.ts'
import { type DaySlot, loadDaySlots } from './load-day-slots.ts'

export interface ExplainParts extends JudgeParts {
  readonly timeZone: string
}

/** Why a visit cannot be booked: empty for exactly those that $find offers. */
export async function explainVisit(
  parts: ExplainParts,
  tx: Transaction,
  calendar: ClinicCalendar,
  candidate: Candidate,
  visit: Interval,
  patients: readonly string[],
): Promise<readonly Reason[]> {
  const now = parts.clock().getTime()
  const slots = await loadDaySlots(tx, candidate.roster.schedule, visit)
  const offer = buildOffer(
    { ...visit, main: candidate, aids: [], load: 0 },
    { id: 'asked', slots: [], range: visit, patients },
  )
  const facts = bookingFacts(offer, [candidate], parts.timeZone)
  const judge = await createJudge(parts, tx, calendar, visit, facts.actors)
  return [
    ...pastReasons(candidate, visit, now),
    ...slotReasons(candidate, visit, slots),
    ...calendarReasons(candidate, visit, now),
    ...(await busyReasons(tx, candidate, visit, patients)),
    ...(await externalReasons(tx, calendar.external, candidate, visit, now)),
    ...(judge?.(facts) ?? []).filter(({ severity }) => severity !== 'warn'),
  ]
}

function pastReasons({ roster }: Candidate, { start }: Interval, now: number): readonly Reason[] {
  return start < now ? [reason('past', roster.source, 'This lies in the past: choose a later time.')] : []
}

/** A visit begins where a free slot does, and lies in slots that follow one another. */
function slotReasons(candidate: Candidate, visit: Interval, slots: readonly DaySlot[]): readonly Reason[] {
  const free = slots.filter(({ status }) => status === 'free')
  const fits = visitsIn(free, visit.end - visit.start).some(({ start }) => start === visit.start)
  if (fits) return []
  const over = slots.filter(
    ({ start, end, status }) => start < visit.end && visit.start < end && status !== 'entered-in-error',
  )
  const taken = over.filter(({ status }) => status !== 'free')
  if (taken.length > 0)
    return taken.map(({ id, version, status }) =>
      reason('taken', `Slot/${id}/_history/${version}`, `Slot/${id} is ${status}: choose another time.`),
    )
  if (over.length > 0)
    return [
      reason(
        'grid',
        candidate.roster.source,
        'No row of free slots begins at this time and lasts as long: choose the beginning of a slot.',
      ),
    ]
  return hoursReasons(candidate, visit)
}

/** No slot is there: who is not at work, or why none was made. */
function hoursReasons({ roster }: Candidate, visit: Interval): readonly Reason[] {
  const { layers } = openTimes(roster, visit)
  const shut = layers.flatMap(({ members }) => {
    const hours = merge(members.flatMap((one) => one.hours))
    return covers(hours, visit) ? [] : members.map(({ member }) => member)
  })
  if (shut.length > 0)
    return shut.map(({ source }) =>
      reason('hours', source, 'This lies outside of the hours: choose another time.'),
    )
  return [
    reason(
      'no-slot',
      roster.source,
      `${roster.schedule} has no slot here: its slots are cut otherwise, or not made yet.`,
    ),
  ]
}

async function busyReasons(
  tx: Transaction,
  { roster, actors }: Candidate,
  visit: Interval,
  patients: readonly string[],
): Promise<readonly Reason[]> {
  const { before = 0, after = 0 } = roster.cutting ?? {}
  const room = { start: visit.start - before, end: visit.end + after }
  const busy = await loadBusy(tx, [...actors.map(({ reference }) => reference), ...patients], room)
  const full = actors.flatMap(({ reference, capacity }) => {
    const own = busy.get(reference)
    if (own === undefined || hasRoom(own, room, capacity)) return []
    return hasRoom(own, visit, capacity)
      ? reason(
          'buffer',
          roster.source,
          `${reference} needs time before and after visits: choose a time farther from the next one.`,
        )
      : reason('busy', roster.source, `${reference} has no time: choose another.`)
  })
  const elsewhere = patients.flatMap((patient) => {
    const own = busy.get(patient)
    return own === undefined || hasRoom(own, visit, 1)
      ? []
      : reason('patient-busy', roster.source, 'The patient has another visit at this time: choose another.')
  })
  return [...full, ...elsewhere]
}

function reason(rule: string, source: string, sentence: string): Reason {
  return { rule, source, sentence, severity: 'refuse', overridableBy: [] }
}
