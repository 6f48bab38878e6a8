import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { buildEtag } from '#interaction/etag.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { OperationCall } from '#interaction/operation.ts'

/** https://profiles.ihe.net/ITI/Scheduling/: a searchset with exactly one Appointment. */
export function answerBundle(
  call: OperationCall,
  stored: StoredVersion,
  headers?: Readonly<Record<string, string>>,
  warnings: readonly Issue[] = [],
): FhirResponse {
  const fullUrl = JSON.stringify(`${call.request.base}/Appointment/${stored.id}`)
  const body = `{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"fullUrl":${fullUrl},"resource":${shownText(call, stored)},"search":{"mode":"match"}}${tellWarnings(warnings)}]}`
  return { status: 200, body, ...(headers && { headers }) }
}

/** "An optional OperationOutcome": what the clinic's rules doubt. */
function tellWarnings(warnings: readonly Issue[]): string {
  if (warnings.length === 0) return ''
  return `,{"resource":${JSON.stringify(buildOperationOutcome(warnings))},"search":{"mode":"outcome"}}`
}

export function answerAppointment(call: OperationCall, stored: StoredVersion): FhirResponse {
  const { id, version, updated } = stored
  return {
    status: 200,
    location: `${call.request.base}/Appointment/${id}/_history/${version}`,
    etag: buildEtag(version),
    lastModified: updated,
    body: shownText(call, stored),
  }
}

/** What a read would show; of what its writer may not read no more than that it is done. */
export function shownText({ principal, request }: OperationCall, stored: StoredVersion): string {
  const shown = principal.shown(stored, request.base)
  if (shown !== undefined) return shown
  const { id, version, updated, text } = stored
  const meta = { versionId: String(version), lastUpdated: updated }
  const { status } = JSON.parse(text) as Resource
  return JSON.stringify({ resourceType: 'Appointment', id, meta, status })
}

/** Refusals of the clinic, not of HTTP: IHE answers them with 200 and a Bundle of nothing but the outcome. */
const ofTheClinic: ReadonlySet<string> = new Set([
  'conflict',
  'business-rule',
  'not-found',
  'deleted',
  'unprocessable',
])

export async function answerRefusal(
  failure: unknown,
  retell?: (issue: Issue) => Issue,
): Promise<FhirResponse> {
  if (!(failure instanceof Refusal) || !ofTheClinic.has(failure.kind)) throw failure
  await failure.lookForSuggestion()
  const told = retell === undefined ? failure : failure.with(failure.issues.map(retell))
  return { status: 200, body: JSON.stringify(outcomeBundle(buildOperationOutcome(told))) }
}

function outcomeBundle(resource: Resource): Resource {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: 0,
    entry: [{ resource, search: { mode: 'outcome' } }],
  }
}
