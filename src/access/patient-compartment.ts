import { compartment } from '#fhir/compartment.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { Clause } from '#fhir/search-query.ts'

export function patientCompartment(
  definitions: Definitions,
  type: string,
  patientId: string,
): Clause | undefined {
  return compartment(definitions, 'Patient', type, patientId)
}

/**
 * What everyone with a patient/ scope for the type may read: who works where, and when there is time. Never
 * writable by them. A Schedule or Slot tells no patient's name: what made a slot busy stays with the Appointment.
 */
export const publicDirectory: ReadonlySet<string> = new Set([
  'HealthcareService',
  'Location',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Schedule',
  'Slot',
])

/** Actors of calendars whom a visit may name, though only staff reads them: a room's ultrasound is nobody's secret. */
export const nameable: ReadonlySet<string> = new Set(['Device'])
