import { dateRange } from '#fhir/partial-date.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Visit } from '../visit.ts'
import type { Facts } from './load-facts.ts'
import { scheduleActors, scheduleOf } from './wishes.ts'

/** A visit as the calendar means it; what goes on for longer is an EpisodeOfCare or a stay, not a time to book. */
const longest = 7 * 24 * 3_600_000

/** What an Appointment alone shows to be wrong, taken or not. */
export function checkTimes({ start, end }: Visit, appointment: Resource): void {
  if (start === undefined || end === undefined) return
  const expression = 'Appointment.end'
  if (Number.isNaN(start + end))
    throw new Refusal('unprocessable', 'An Appointment neither begins nor ends in a leap second.', {
      expression: Number.isNaN(start) ? 'Appointment.start' : expression,
    })
  if (end <= start) throw new Refusal('unprocessable', 'An Appointment ends after it begins.', { expression })
  if (end - start > longest)
    throw new Refusal(
      'unprocessable',
      'An Appointment lasts seven days at most: book each visit by itself.',
      { expression },
    )
  const { minutesDuration } = appointment
  if (minutesDuration !== undefined && Number(minutesDuration) * 60_000 > end - start)
    throw new Refusal('unprocessable', 'minutesDuration is longer than the time from start to end.', {
      expression: 'Appointment.minutesDuration',
    })
}

/** What its slots, schedules and participants say against a visit that is to come. All of it at once. */
export function findFaults(visit: Visit, facts: Facts, timeZone: string): readonly Issue[] {
  return [...foreignSlots(visit), ...inactive(visit, facts), ...slotFaults(visit, facts, timeZone)]
}

function* foreignSlots({ foreignSlots }: Visit): Generator<Issue> {
  for (const { expression } of foreignSlots)
    yield fault(
      'A slot of another server cannot be booked here: name one of this clinic by its reference.',
      expression,
    )
}

function* inactive({ actors }: Visit, facts: Facts): Generator<Issue> {
  for (const { reference, expression } of actors) {
    const { active, status }: Partial<Resource> = facts.get(reference) ?? {}
    const out =
      active === false ||
      (reference.startsWith('Location/') && (status === 'inactive' || status === 'suspended'))
    const broken = reference.startsWith('Device/') && (status === 'inactive' || status === 'entered-in-error')
    if (out || broken)
      yield fault(`${reference} is not active and takes no new visits: choose another.`, expression)
  }
}

function* slotFaults(visit: Visit, facts: Facts, timeZone: string): Generator<Issue> {
  const actors = new Set(visit.actors.map(({ reference }) => reference))
  const bySchedule = new Map<string, Resource[]>()
  for (const { reference, expression } of visit.slots) {
    const slot = facts.get(reference)
    if (slot === undefined) {
      // Made while this is being booked, it would be kept by nobody.
      yield fault(
        `There is no ${reference}: refer to a resource that exists, or create it first.`,
        expression,
        'not-found',
      )
      continue
    }
    const name = scheduleOf(slot)
    const schedule = facts.get(name)
    bySchedule.set(name, [...(bySchedule.get(name) ?? []), slot])
    if (schedule?.active === false)
      yield fault(`${name}, whose slot this is, is not open for booking.`, expression)
    if (schedule !== undefined && !within(schedule, visit, timeZone))
      yield fault(`The visit lies outside the time that ${name} plans for.`, expression)
    const owners = scheduleActors(slot, facts).filter((owner) => !owner.startsWith('HealthcareService/'))
    if (
      owners.length > 0 &&
      [...actors].some(isStaff) &&
      !owners.some((owner) => isOneOf(owner, actors, facts))
    )
      yield fault(`${reference} is a slot of others than the participants: name one of theirs.`, expression)
  }
  for (const [name, slots] of bySchedule)
    if (!covers(slots, visit))
      yield fault(`The slots of ${name} do not cover the visit from start to end.`, 'Appointment.slot')
}

const isStaff = (reference: string): boolean =>
  /^(?:Practitioner|PractitionerRole|Location|Device)\//.test(reference)

/** A role stands for its person, on either side. */
function isOneOf(owner: string, actors: ReadonlySet<string>, facts: Facts): boolean {
  const person = personOf(owner, facts)
  return [...actors].some((actor) => actor === owner || personOf(actor, facts) === person)
}

function personOf(reference: string, facts: Facts): string {
  const { practitioner } = (facts.get(reference) ?? {}) as { practitioner?: { reference?: string } }
  return practitioner?.reference ?? reference
}

function covers(slots: readonly Resource[], { start = 0, end = 0 }: Visit): boolean {
  let reached = start
  for (const slot of slots.toSorted((a, b) => timeOf(a.start) - timeOf(b.start)))
    if (timeOf(slot.start) <= reached) reached = Math.max(reached, timeOf(slot.end))
  return reached >= end
}

function within(schedule: Resource, { start = 0, end = 0 }: Visit, timeZone: string): boolean {
  const horizon = (schedule.planningHorizon ?? {}) as { start?: string; end?: string }
  const opens = horizon.start === undefined ? undefined : dateRange(horizon.start, timeZone)
  const closes = horizon.end === undefined ? undefined : dateRange(horizon.end, timeZone)
  return start >= (opens?.start ?? start) && end <= (closes?.end ?? end)
}

const timeOf = (instant: unknown): number => Date.parse(String(instant))

function fault(
  diagnostics: string,
  expression: string,
  code: 'business-rule' | 'not-found' = 'business-rule',
): Issue {
  return { severity: 'error', code, diagnostics, expression: [expression] }
}
