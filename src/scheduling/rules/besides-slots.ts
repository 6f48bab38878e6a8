import type { Resource } from '#fhir/resource.ts'
import { covers, type Interval, merge } from '../availability/interval.ts'
import { openTimes } from '../availability/open-times.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { calendarReasons, type Reason, staff } from './calendar-reasons.ts'

/** Participants whose time the visit takes without naming a slot of theirs: for each, all the calendars they have. */
export function besidesSlots(
  { byActor }: Pick<ClinicCalendar, 'byActor'>,
  { participant }: Resource,
  slotsOf: readonly Candidate[],
): readonly (readonly Candidate[])[] {
  if (!Array.isArray(participant)) return []
  return referencesIn(participant.map(({ actor }) => actor)).flatMap((actor) => {
    const calendars = (byActor.get(actor) ?? []).filter(({ roster }) => roster.active)
    return calendars.length === 0 || calendars.some((one) => slotsOf.includes(one)) ? [] : [calendars]
  })
}

/** One calendar in which somebody is there at this time is enough: it, or why none takes the visit. */
export function openCalendar(
  calendars: readonly Candidate[],
  visit: Interval,
  now: number,
): { readonly open?: Candidate; readonly reasons: readonly Reason[] } {
  const reasons = calendars.map((one) => [...calendarReasons(one, visit, now), ...hoursReasons(one, visit)])
  const open = calendars[reasons.findIndex((list) => list.length === 0)]
  return open === undefined ? { reasons: reasons[0] ?? [] } : { open, reasons: [] }
}

function hoursReasons({ roster }: Candidate, visit: Interval): readonly Reason[] {
  return openTimes(roster, visit).layers.flatMap(({ members }) => {
    if (covers(merge(members.flatMap(({ hours }) => hours)), visit)) return []
    return members.map(({ member: { source } }) => ({
      rule: 'hours',
      source,
      sentence: 'This lies outside of the hours: choose another time.',
      severity: 'refuse' as const,
      overridableBy: staff,
    }))
  })
}
