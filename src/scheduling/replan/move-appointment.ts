import type { Resource } from '#fhir/resource.ts'
import { writeInstant } from '../availability/build-slot.ts'
import { referenceIn } from '../availability/roster-resource.ts'
import type { FoundTime } from '../find/found-time.ts'
import type { Hit } from './find-hits.ts'

interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly status?: string
  readonly required?: string
}

const isSeen = /^(?:Practitioner|PractitionerRole|Location|Device)\//

/**
 * The same visit at its new time: whoever comes still comes and is asked whether the time suits; clinicians, rooms and
 * devices are those of the new time.
 */
export function moveAppointment(
  { appointment, actors }: Hit,
  { main, aids, start, end }: FoundTime,
  slots: readonly string[],
): Resource {
  const { slot: _, minutesDuration: __, ...kept } = appointment
  const { timeZone } = main.roster
  const wanted = new Set([main, ...aids].flatMap(({ roster }) => roster.actors))
  // A role stands for its person: it stays where they do.
  const roles = new Set([main, ...aids].flatMap(({ of }) => of.roles.map(({ reference }) => reference)))
  const before = (
    Array.isArray(appointment.participant) ? appointment.participant : []
  ) as readonly Participant[]
  const stays = before.filter((one) => {
    const reference = referenceIn(one.actor)
    if (reference === undefined || !isSeen.test(reference) || !takesTime(one)) return true
    return wanted.has(reference) || roles.has(reference) || isHouse(reference, actors)
  })
  const named = new Set(stays.map(({ actor }) => referenceIn(actor)))
  const isPatient = ({ actor }: Participant) => /^(?:Patient|RelatedPerson)\//.test(referenceIn(actor) ?? '')
  return {
    ...kept,
    start: writeInstant(start, timeZone),
    end: writeInstant(end, timeZone),
    ...(slots.length > 0 && { slot: slots.map((reference) => ({ reference })) }),
    participant: [
      ...stays.map((one) =>
        isPatient(one) && one.status !== 'declined' ? { ...one, status: 'needs-action' } : one,
      ),
      ...[...wanted]
        .filter((reference) => !named.has(reference))
        .map((reference) => ({ actor: { reference }, required: 'required', status: 'accepted' })),
    ],
  } as Resource
}

function takesTime({ status, required }: Participant): boolean {
  return status !== 'declined' && required !== 'information-only'
}

/** A building takes no time of its own, and the visit stays in it. */
function isHouse(reference: string, actors: readonly string[]): boolean {
  return reference.startsWith('Location/') && !actors.includes(reference)
}
