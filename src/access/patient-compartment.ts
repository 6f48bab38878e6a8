import type { Definitions } from '#fhir/definitions.ts'
import type { Clause } from '#fhir/search-query.ts'

/**
 * What belongs to one patient: https://hl7.org/fhir/R4/compartmentdefinition-patient.html. Two departures, both
 * narrower: a Patient is in by its own id alone (`Patient.link` gives no rights), and parameters that cannot
 * lead to a Patient are left out. Undefined: the type belongs to no patient.
 */
export function patientCompartment(
  definitions: Definitions,
  type: string,
  patientId: string,
): Clause | undefined {
  if (type === 'Patient') return { kind: 'id', ids: [patientId] }
  const clauses: Clause[] = []
  for (const code of definitions.compartmentParameters('Patient', type) ?? []) {
    const parameter = definitions.searchParameter(type, code)
    if (parameter === undefined || !parameter.targets.includes('Patient')) continue
    clauses.push({
      kind: 'param',
      parameter,
      values: [{ kind: 'reference', references: [`Patient/${patientId}`] }],
    })
  }
  const [only] = clauses
  if (only === undefined) return undefined
  return clauses.length === 1 ? only : { kind: 'or', clauses }
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
