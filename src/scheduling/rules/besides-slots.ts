import type { Resource } from '#fhir/resource.ts'
import { covers, type Interval, merge } from '../availability/interval.ts'
import { openTimes } from '../availability/open-times.ts'
import { referencesIn } from '../availability/roster-resource.ts'
import type { Candidate } from '../find/candidate.ts'
import type { ClinicCalendar } from '../find/clinic-calendar.ts'
import { calendarReasons, type Reason, staff } from './calendar-reasons.ts'

/** Participants whose time the visit takes without naming a slot of theirs. */
export interface Beside {
  /** For each, all the calendars they have. */
  readonly calendars: readonly (readonly Candidate[])[]
  /** Rooms and machines that have none: they may be closed all the same. */
  readonly bare: readonly string[]
}

export function besidesSlots(
  { byActor }: Pick<ClinicCalendar, 'byActor'>,
  { participant }: Resource,
  slotsOf: readonly Candidate[],
): Beside {
  const actors = Array.isArray(participant) ? referencesIn(participant.map(({ actor }) => actor)) : []
  const calendars: (readonly Candidate[])[] = []
  const bare: string[] = []
  for (const actor of actors) {
    const all = byActor.get(actor) ?? []
    const active = all.filter(({ roster }) => roster.active)
    if (all.some((one) => slotsOf.includes(one))) continue
    if (active.length > 0) calendars.push(active)
    else if (/^(?:Location|Device)\//.test(actor)) bare.push(actor)
  }
  return { calendars, bare }
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
