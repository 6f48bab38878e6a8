import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'

interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly status?: string
}

const participantsOf = ({ participant }: Resource) => (participant ?? []) as readonly Participant[]

/** Patients who come to a visit beside this one. */
function othersOf(appointment: Resource, patient: string): readonly Participant[] {
  return participantsOf(appointment).filter(
    ({ actor, status }) =>
      status !== 'declined' &&
      actor?.reference?.startsWith('Patient/') === true &&
      actor.reference !== patient,
  )
}

/** The visit goes on for the others; undefined: there are none, or this one is none of its patients. */
export function leaveGroup(appointment: Resource, by: string | undefined): Resource | undefined {
  const own = participantsOf(appointment).find(({ actor }) => actor?.reference === by)
  if (by?.startsWith('Patient/') !== true || own === undefined || othersOf(appointment, by).length === 0)
    return undefined
  if (own.status === 'declined') return appointment
  const participant = participantsOf(appointment).map((one) =>
    one === own ? { ...one, status: 'declined' } : one,
  )
  return { ...appointment, participant }
}

/** The same visit for fewer people: it takes nothing new of anybody, and somebody has given up their part. */
export function isLeft(before: Resource, after: Resource): boolean {
  const was = whoComes(before)
  const is = whoComes(after)
  return (
    before.status === after.status &&
    Date.parse(String(before.start)) === Date.parse(String(after.start)) &&
    Date.parse(String(before.end)) === Date.parse(String(after.end)) &&
    is.isSubsetOf(was) &&
    [...was.difference(is)].some((reference) => reference.startsWith('Patient/'))
  )
}

function whoComes(appointment: Resource): ReadonlySet<string> {
  const coming = participantsOf(appointment).filter(({ status }) => status !== 'declined')
  return new Set(coming.flatMap(({ actor }) => actor?.reference ?? []))
}

/** One of several patients speaks for themselves: neither cancels nor moves what others come to. */
export function checkGroup(before: Resource, after: Resource | undefined, { patient }: Principal): void {
  if (patient === undefined || othersOf(before, `Patient/${patient}`).length === 0) return
  const gone = after === undefined || (after.status === 'cancelled' && before.status !== 'cancelled')
  const moved = (['start', 'end'] as const).some(
    (name) => Date.parse(String(after?.[name])) !== Date.parse(String(before[name])),
  )
  if (!gone && (!moved || before.start === undefined)) return
  throw new Refusal(
    'business-rule',
    'Other patients come to this visit too: end your own part in it by $cancel or an AppointmentResponse.',
    { expression: gone ? 'Appointment.status' : 'Appointment.start' },
  )
}
