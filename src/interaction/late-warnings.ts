import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import type { Issue } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import type { FhirRequest, FhirResponse } from './exchange.ts'
import { parsePrefer } from './prefer.ts'

/** What rules doubt without refusing it; they are asked when a transaction is about to end, and its answer is made already. */
const warnings = new WeakMap<Transaction, Issue[]>()

export function warn(tx: Transaction, issues: readonly Issue[]): void {
  warnings.set(tx, [...(warnings.get(tx) ?? []), ...issues])
}

export function warningsOf(tx: Transaction | undefined): readonly Issue[] {
  return (tx === undefined ? undefined : warnings.get(tx)) ?? []
}

/** Told to whoever wants to be told: `Prefer: return=OperationOutcome`. */
export function withWarnings(
  response: FhirResponse,
  { headers }: FhirRequest,
  issues: readonly Issue[],
): FhirResponse {
  if (issues.length === 0 || parsePrefer(headers.prefer).answer !== 'OperationOutcome') return response
  const { body } = response
  if (body === undefined) return response
  const { issue = [] } = JSON.parse(body) as Resource & { issue?: readonly object[] }
  const added = buildOperationOutcome(issues) as Resource & { issue: readonly object[] }
  return { ...response, body: JSON.stringify({ ...added, issue: [...issue, ...added.issue] }) }
}
