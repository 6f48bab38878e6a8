import type { Resource } from '#fhir/resource.ts'
import { asHold } from '../booking/appointment-edits.ts'
import { withoutExtension } from '../extension.ts'
import { withReason } from '../status-reason.ts'
import { holdExpires } from '../visit.ts'
import { withWaitListReason } from './wait-list-reason.ts'

interface Participant {
  readonly actor?: { readonly reference?: string }
  readonly status?: string
}

const participantsOf = (appointment: Resource) => (appointment.participant ?? []) as readonly Participant[]

/** Of an entry's participants these were wishes; whoever else is named comes along. */
const wished = /^(?:Practitioner|PractitionerRole|Location|HealthcareService|Device)\//

/** The time is held for the patient, whose answer alone is missing. */
export function asOffer(entry: Resource, time: Resource, deadline: Date): Resource {
  const { start, end, slot, minutesDuration } = time
  const coming = participantsOf(entry).filter(({ actor }) => !wished.test(actor?.reference ?? ''))
  const offered = participantsOf(time).filter(({ actor }) => wished.test(actor?.reference ?? ''))
  const { slot: _, ...kept } = asHold(entry, deadline)
  return {
    ...withWaitListReason(kept as Resource),
    start,
    end,
    minutesDuration,
    ...(Array.isArray(slot) && slot.length > 0 && { slot }),
    participant: [
      ...coming.map((one) => ({ ...one, status: 'needs-action' })),
      ...offered.map((one) => ({ ...one, status: 'accepted' })),
    ],
  }
}

/** Declined, or not answered in time: it waits on, with the wishes it had. */
export function backToList(held: Resource, wishes: Resource): Resource {
  const free = withReason(withoutExtension(held, holdExpires), undefined)
  const { start: _, end: __, slot: ___, minutesDuration: ____, ...kept } = free
  const names = ['start', 'end', 'slot', 'minutesDuration', 'participant'] as const
  const own = names.filter((name) => wishes[name] !== undefined).map((name) => [name, wishes[name]])
  return { ...kept, ...Object.fromEntries(own), status: 'waitlist' } as Resource
}
