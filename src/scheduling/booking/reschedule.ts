import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Transaction } from '#store/store.ts'
import { loadFacts } from '../claims/load-facts.ts'
import { answerAppointment } from './answers.ts'
import { withComment, withOverrides } from './appointment-edits.ts'
import { checkToCome, store, textOf } from './booking-call.ts'
import { type BookingParts, currentTime } from './booking-parts.ts'
import { loadAppointment } from './stored-appointment.ts'

/** `Appointment/[id]/$reschedule`: one write, so what it has is given up only when the new time is won. */
export function createReschedule(parts: BookingParts): Operation {
  return {
    definition: loadOperationDefinition('appointment-reschedule'),
    invoke: async (call) => {
      const { request } = call
      const written = await parts.transact(call, async (tx) => {
        const stored = await loadAppointment(tx, request.id ?? '', request)
        const moved = await move(parts, call, tx, stored.appointment)
        checkToCome(moved, await currentTime(tx))
        const after = withOverrides(withComment(moved, textOf(call, 'comment')), call.parameters)
        return store(parts, call, tx, after, stored)
      })
      return answerAppointment(call, written)
    },
  }
}

async function move(
  parts: BookingParts,
  call: OperationCall,
  tx: Transaction,
  appointment: Resource,
): Promise<Resource> {
  const { parameters } = call
  const slots = (parameters.get('slot') ?? []) as readonly { reference?: string }[]
  const offer = (parameters.get('appointment-reference')?.[0] as { reference?: string } | undefined)
    ?.reference
  if (offer !== undefined)
    return toOffer(appointment, await parts.advice.loadOffer(tx, offer.split('/').at(-1) ?? ''))
  const times = await timesOf(call, tx, slots, appointment)
  const { slot: _, minutesDuration: __, ...kept } = appointment
  return { ...kept, ...times, ...(slots.length > 0 && { slot: slots }) } as Resource
}

async function timesOf(
  call: OperationCall,
  tx: Transaction,
  slots: readonly { reference?: string }[],
  before: Resource,
) {
  const lasts = Date.parse(String(before.end)) - Date.parse(String(before.start))
  const start = textOf(call, 'start')
  const end = textOf(call, 'end')
  if (start !== undefined) return { start, end: end ?? new Date(Date.parse(start) + lasts).toISOString() }
  const facts = await loadFacts(
    tx,
    slots.flatMap(({ reference }) => reference ?? []),
    [],
    [],
  )
  const named = [...facts.values()].filter(({ resourceType }) => resourceType === 'Slot')
  if (named.length === 0)
    throw new Refusal(
      'required',
      '$reschedule needs to know where to: slot, start, or appointment-reference.',
    )
  const times = named.map((slot) => [String(slot.start), String(slot.end)] as const)
  return {
    start: earliest(times.map(([begins]) => begins)),
    end: end ?? latest(times.map(([, ends]) => ends)),
  }
}

const byTime = (a: string, b: string) => Date.parse(a) - Date.parse(b)
const earliest = (times: readonly string[]) => times.toSorted(byTime)[0]
const latest = (times: readonly string[]) => times.toSorted(byTime).at(-1)

/** Who comes stays; who and what is visited, and when, is the offer's. */
function toOffer(appointment: Resource, offer: Resource | undefined): Resource {
  if (offer === undefined)
    throw new Refusal('not-found', 'This time is not offered, or no longer: look for a free time again.')
  const isPerson = ({ actor }: { actor?: { reference?: string } }) =>
    /^(?:Patient|RelatedPerson)\//.test(actor?.reference ?? '')
  const people = ((appointment.participant ?? []) as { actor?: { reference?: string } }[]).filter(isPerson)
  const others = ((offer.participant ?? []) as { actor?: { reference?: string } }[]).filter(
    (one) => !isPerson(one),
  )
  const { start, end, slot } = offer
  const { slot: _, minutesDuration: __, ...kept } = appointment
  return {
    ...kept,
    start,
    end,
    ...(slot !== undefined && { slot }),
    participant: [...people, ...others.map((one) => ({ ...one, status: 'accepted' }))],
  } as Resource
}
