import type { Resource } from '#fhir/resource.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import { leaveGroup } from '../group-visit.ts'
import { answerAppointment } from './answers.ts'
import { type Reason, withComment, withOverrides, withStatus } from './appointment-edits.ts'
import { store, textOf } from './booking-call.ts'
import type { BookingParts } from './booking-parts.ts'
import { loadAppointment } from './stored-appointment.ts'

/** The same appointment when it is done already: asked twice, done once. */
type Edit = (appointment: Resource, reason: Reason) => Resource

/** `Appointment/[id]/$cancel`, `$check-in` and `$no-show`: one step of the status, with what there is to say about it. */
function createStep(parts: BookingParts, name: string, edit: Edit): Operation {
  return {
    definition: loadOperationDefinition(name),
    invoke: async (call) => {
      const { request } = call
      const written = await parts.transact(call, async (tx) => {
        const stored = await loadAppointment(tx, request.id ?? '', request)
        const edited = edit(stored.appointment, reasonOf(call))
        if (edited === stored.appointment) return stored.before
        const after = withOverrides(withComment(edited, textOf(call, 'comment')), call.parameters)
        return store(parts, call, tx, after, stored)
      })
      return answerAppointment(call, written)
    },
  }
}

export const createCancel = (parts: BookingParts): Operation =>
  createStep(parts, 'appointment-cancel', (appointment, reason) =>
    appointment.status === 'cancelled'
      ? appointment
      : (leaveGroup(appointment, reason.by) ?? withStatus(appointment, 'cancelled', reason)),
  )

export const createNoShow = (parts: BookingParts): Operation =>
  createStep(parts, 'appointment-no-show', (appointment, reason) =>
    appointment.status === 'noshow' ? appointment : withStatus(appointment, 'noshow', reason),
  )

export const createCheckIn = (parts: BookingParts): Operation =>
  createStep(parts, 'appointment-check-in', (appointment) =>
    appointment.status === 'checked-in' ? appointment : { ...appointment, status: 'checked-in' },
  )

function reasonOf(call: OperationCall): Reason {
  const { patient, fhirUser } = call.principal
  return {
    by: patient === undefined ? fhirUser : `Patient/${patient}`,
    concept: call.parameters.get('reason')?.[0] as object | undefined,
    text: textOf(call, 'reason-text'),
  }
}
