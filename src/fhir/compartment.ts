import type { Definitions } from './definitions.ts'
import type { Clause } from './search-query.ts'

export const compartmentBases = ['Device', 'Encounter', 'Patient', 'Practitioner', 'RelatedPerson'] as const

export type CompartmentBase = (typeof compartmentBases)[number]

/**
 * What belongs to one patient or practitioner: https://hl7.org/fhir/R4/compartmentdefinition-patient.html. Two
 * departures, both narrower: the base is in by its own id alone (`Patient.link` gives no rights), and parameters that
 * cannot lead to it are left out. Undefined: the type belongs to no such compartment.
 */
export function compartment(
  definitions: Definitions,
  base: CompartmentBase,
  type: string,
  id: string,
): Clause | undefined {
  if (type === base) return { kind: 'id', ids: [id] }
  const clauses: Clause[] = []
  for (const code of definitions.compartmentParameters(base, type) ?? []) {
    const parameter = definitions.searchParameter(type, code)
    if (parameter === undefined || !parameter.targets.includes(base)) continue
    clauses.push({ kind: 'param', parameter, values: [{ kind: 'reference', references: [`${base}/${id}`] }] })
  }
  const [only] = clauses
  if (only === undefined) return undefined
  return clauses.length === 1 ? only : { kind: 'or', clauses }
}
