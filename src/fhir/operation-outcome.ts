import { type Issue, Refusal } from './refusal.ts'
import type { Resource } from './resource.ts'

/** Leads to a contained Bundle of what could be had instead. */
const alternativesExtension = 'https://almanac.example/fhir/StructureDefinition/alternatives'

/** https://hl7.org/fhir/R4/operationoutcome.html; the same shape for a refused request, a bundle entry and a warning. */
export function buildOperationOutcome(source: Refusal | readonly Issue[]): Resource {
  const issues = source instanceof Refusal ? source.issues : source
  const suggestion = source instanceof Refusal ? source.suggestion : undefined
  return {
    resourceType: 'OperationOutcome',
    ...(suggestion && {
      contained: [{ ...suggestion, id: 'alternatives' }],
      extension: [{ url: alternativesExtension, valueReference: { reference: '#alternatives' } }],
    }),
    issue: issues.map(({ severity, code, diagnostics, expression }) => ({
      severity,
      code,
      diagnostics,
      ...(expression === undefined || expression.length === 0 ? {} : { expression }),
    })),
  }
}
