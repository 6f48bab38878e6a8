import { type Issue, Refusal } from './refusal.ts'
import type { Resource } from './resource.ts'

/** https://hl7.org/fhir/R4/operationoutcome.html; the same shape for a refused request, a bundle entry and a warning. */
export function buildOperationOutcome(source: Refusal | readonly Issue[]): Resource {
  const issues = source instanceof Refusal ? source.issues : source
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, diagnostics, expression }) => ({
      severity,
      code,
      diagnostics,
      ...(expression === undefined || expression.length === 0 ? {} : { expression }),
    })),
  }
}
