import { checkPermission } from '#access/check-permission.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import { warningsOf } from '#interaction/late-warnings.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Transaction } from '#store/store.ts'
import { withWaitListReason } from '../waitlist/wait-list-reason.ts'
import { answerBundle, answerRefusal } from './answers.ts'
import { asBooked, withComment, withOverrides, withPatients, withStatus } from './appointment-edits.ts'
import { bookAlternative } from './book-alternative.ts'
import { type Asked, checkToCome, forPatients, idsOf, readAsked, store } from './booking-call.ts'
import { type BookingParts, currentTime } from './booking-parts.ts'
import { once, requestKeyOf } from './repeated-request.ts'
import { loadAppointment } from './stored-appointment.ts'

/** https://profiles.ihe.net/ITI/Scheduling/ITI-117.html */
export function createBook(parts: BookingParts): Operation {
  return { definition: loadOperationDefinition('appointment-book'), invoke: (call) => book(parts, call) }
}

async function book(parts: BookingParts, call: OperationCall): Promise<FhirResponse> {
  try {
    return await transact((tx) => bookOnce(parts, call, tx))
  } catch (failure) {
    const { parameters } = call
    if (
      parameters.get('auto-resolve')?.[0] === true &&
      failure instanceof Refusal &&
      failure.kind === 'conflict'
    ) {
      const instead = await bookAlternative(call, failure, (appointment) =>
        transact((tx) =>
          // Sent again, it is the same request: it gets what it was given instead.
          once(tx, requestKeyOf(call), () => carryOut(parts, call, tx, { appointment })),
        ),
      )
      if (instead !== undefined) return instead
    }
    return answerRefusal(failure)
  }

  async function transact(work: (tx: Transaction) => Promise<StoredVersion>): Promise<FhirResponse> {
    let open: Transaction | undefined
    const booked = await parts.transact(call, (tx) => {
      open = tx
      return work(tx)
    })
    return answerBundle(call, booked, undefined, warningsOf(open))
  }
}

/** A hold is booked once by itself; anything else by the key that its client chose. */
function bookOnce(parts: BookingParts, call: OperationCall, tx: Transaction): Promise<StoredVersion> {
  const { clientId } = call.principal
  return once(tx, requestKeyOf(call), async () => {
    const asked = await readAsked(parts, call, tx)
    const { stored, appointment } = asked
    if (stored === undefined || appointment !== stored.appointment) return carryOut(parts, call, tx, asked)
    return once(tx, { client: clientId, key: `book ${stored.before.id}` }, () =>
      appointment.status === 'booked' ? refuseBooked() : carryOut(parts, call, tx, asked),
    )
  })
}

const refuseBooked = () => Promise.reject(new Refusal('business-rule', 'This appointment is booked already.'))

async function carryOut(
  parts: BookingParts,
  call: OperationCall,
  tx: Transaction,
  asked: Asked,
): Promise<StoredVersion> {
  const { stored } = asked
  const comment = call.parameters.get('comment')?.[0]
  const appointment = withOverrides(withComment(asked.appointment, comment), call.parameters)
  checkBookable(asked)
  if (appointment.status === 'cancelled') return cancel(parts, call, tx, { ...asked, appointment })
  checkToCome(appointment, await currentTime(tx))
  const patients = await registerPatients(parts, call, tx)
  const booked = withPatients(asBooked(forPatients(parts, call, appointment)), patients)
  const after = stored?.appointment.status === 'waitlist' ? withWaitListReason(booked) : booked
  const [givenUp] = idsOf(parts, call, 'cancelled-appt-id', 'Appointment')
  if (givenUp !== undefined) {
    const given = await loadAppointment(tx, givenUp, { headers: {} })
    await store(parts, call, tx, withStatus(given.appointment, 'cancelled', {}), given)
  }
  return store(parts, call, tx, after, stored)
}

/** A new one is pending, or as $find has proposed it; one that is here may be changed and cancelled too, by what it shall be. */
function checkBookable({ appointment, stored }: Asked): void {
  const status = String(appointment.status)
  if (stored?.appointment === appointment) {
    if (bookable.has(status)) return
    const sentence = `This appointment is ${status} and cannot be booked: look for a free time again.`
    throw new Refusal('business-rule', sentence, { expression: 'Appointment.status' })
  }
  if (bookable.has(status) || status === 'cancelled' || (status === 'booked' && stored !== undefined)) return
  const sentence =
    stored === undefined
      ? `An appointment that is not here yet is booked with status pending, not ${status}.`
      : `$book takes an appointment that is pending, booked (to change it) or cancelled, not ${status}.`
  throw new Refusal('invalid', sentence, { expression: 'Appointment.status' })
}

const bookable: ReadonlySet<string> = new Set(['proposed', 'pending', 'waitlist'])

function cancel(
  parts: BookingParts,
  call: OperationCall,
  tx: Transaction,
  { appointment, stored }: Asked,
): Promise<StoredVersion> {
  if (stored === undefined)
    throw new Refusal('invalid', 'To cancel an appointment give its id.', { expression: 'Appointment.id' })
  return store(parts, call, tx, { ...appointment, status: 'cancelled' }, stored)
}

/** "The record should not exist before booking": a new patient is stored with the appointment, or neither. */
async function registerPatients(
  parts: BookingParts,
  call: OperationCall,
  tx: Transaction,
): Promise<readonly string[]> {
  const references: string[] = []
  const { road, request, principal } = call
  for (const one of call.parameters.get('patient-resource') ?? []) {
    const patient = one as Resource
    if (patient.id !== undefined) references.push(`Patient/${patient.id}`)
    else {
      checkPermission(principal, 'Patient', 'c')
      const change = { method: 'POST', type: 'Patient', id: parts.newId(), after: patient } as const
      references.push(`Patient/${(await road.write(change, tx, request, principal)).id}`)
    }
  }
  return references
}
