import { checkPermission } from '#access/check-permission.ts'
import { parseReference } from '#fhir/references.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { checkSaid } from '#interaction/check-said.ts'
import { withHidden } from '#interaction/kept-parts.ts'
import type { OperationCall } from '#interaction/operation.ts'
import type { Transaction } from '#store/store.ts'
import { withPatients } from './appointment-edits.ts'
import type { BookingParts } from './booking-parts.ts'
import { findAppointment, loadAppointment, type StoredAppointment } from './stored-appointment.ts'

/** What an operation is asked to hold or book: stored already, or yet to be. */
export interface Asked {
  readonly appointment: Resource
  readonly stored?: StoredAppointment
}

export const textOf = ({ parameters }: OperationCall, name: string): string | undefined =>
  parameters.get(name)?.[0] as string | undefined

/** The one appointment that the parameters, or the address, mean: by reference, by id, or as it is. */
export async function readAsked(parts: BookingParts, call: OperationCall, tx: Transaction): Promise<Asked> {
  const { request, parameters } = call
  const resources = [
    ...(parameters.get('appointment-resource') ?? []),
    ...(parameters.get('appt-resource') ?? []),
  ]
  const ids = [
    ...(parameters.get('appointment-reference') ?? []).map((reference) =>
      ownId(parts, call, (reference as { reference?: unknown }).reference, 'appointment-reference'),
    ),
    ...idsOf(parts, call, 'appt-id', 'Appointment'),
    ...(request.id === undefined ? [] : [request.id]),
  ]
  const [resource] = resources as Resource[]
  const id = ids[0] ?? resource?.id
  if (ids.length + resources.length === 0)
    throw new Refusal(
      'required',
      `$${request.operation} needs appointment-reference or appointment-resource.`,
    )
  if (
    resources.length > 1 ||
    new Set(ids).size > 1 ||
    (resource !== undefined && ids.some((one) => one !== resource.id))
  )
    throw new Refusal(
      'invalid',
      'The parameters mean different appointments: give a reference or a resource, not both.',
    )
  if (resource !== undefined && resource.resourceType !== 'Appointment')
    throw new Refusal('invalid', 'appointment-resource must be an Appointment.', {
      expression: 'appointment-resource',
    })
  if (resource !== undefined) checkSaid(call.principal, 'Appointment', resource)
  const stored = id === undefined ? undefined : await findAppointment(tx, id)
  if (stored !== undefined) {
    await loadAppointment(tx, stored.before.id, request)
    if (resource === undefined) return { appointment: stored.appointment, stored }
    const veil = call.principal.veil?.('Appointment')
    return { appointment: veil === undefined ? resource : withHidden(resource, stored.before, veil), stored }
  }
  if (resource !== undefined) {
    if (resource.id !== undefined) throw new Refusal('not-found', `There is no Appointment/${resource.id}.`)
    return { appointment: resource }
  }
  const offer = await parts.advice.loadOffer(tx, id as string)
  if (offer === undefined)
    throw new Refusal(
      'not-found',
      `Appointment/${id} is not offered, or no longer: look for a free time again.`,
    )
  const { id: _, meta: __, ...appointment } = offer
  return { appointment: appointment as Resource }
}

/** Only what is this server's can be held or booked here, or be given an appointment. */
function ownId(
  { localBases }: Pick<BookingParts, 'localBases'>,
  { request, principal }: OperationCall,
  reference: unknown,
  expression: string,
  type = 'Appointment',
): string {
  const parsed = parseReference(String(reference), [request.base, ...localBases(principal.tenant)])
  if (parsed.kind === 'local' && parsed.type === type) return parsed.id
  const article = type === 'Appointment' ? 'an' : 'a'
  throw new Refusal('invalid', `The reference must lead to ${article} ${type} of this server.`, {
    expression,
  })
}

/** Argonaut's uri: `Appointment/1`, also with the base before it, or the bare id. */
export function idsOf(
  parts: Pick<BookingParts, 'localBases'>,
  call: OperationCall,
  name: string,
  type: string,
): readonly string[] {
  return (call.parameters.get(name) ?? []).map((value) => {
    const text = String(value)
    return text.includes('/') ? ownId(parts, call, text, name, type) : text
  })
}

/** Those named, and the patient whose token this is. */
function patientsOf(parts: BookingParts, call: OperationCall): readonly string[] {
  const { parameters, principal } = call
  const named = [
    ...(parameters.get('patient-reference') ?? []).flatMap(
      (one) => (one as { reference?: string }).reference ?? [],
    ),
    ...idsOf(parts, call, 'patient-id', 'Patient').map((id) => `Patient/${id}`),
  ]
  return principal.patient === undefined ? named : [...new Set([`Patient/${principal.patient}`, ...named])]
}

/** Down the road of every write: rules, rows, history, audit. */
export function store(
  { newId }: BookingParts,
  { road, request, principal }: OperationCall,
  tx: Transaction,
  after: Resource,
  stored?: StoredAppointment,
): Promise<StoredVersion> {
  checkPermission(principal, 'Appointment', stored === undefined ? 'c' : 'u')
  const type = 'Appointment'
  if (stored === undefined)
    return road.write({ method: 'POST', type, id: newId(), after }, tx, request, principal)
  const { before } = stored
  return road.write({ method: 'PUT', type, id: before.id, before, after }, tx, request, principal)
}

export function forPatients(parts: BookingParts, call: OperationCall, appointment: Resource): Resource {
  return withPatients(appointment, patientsOf(parts, call))
}

/** Nobody comes yesterday. */
export function checkToCome({ start }: Resource, now: Date): void {
  if (typeof start !== 'string')
    throw new Refusal('required', 'An appointment that is held or booked needs start and end.', {
      expression: 'Appointment.start',
    })
  if (Date.parse(start) <= now.getTime())
    throw new Refusal('business-rule', 'This time has passed: choose one that is to come.', {
      expression: 'Appointment.start',
    })
}
