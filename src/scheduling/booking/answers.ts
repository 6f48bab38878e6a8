import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { buildEtag } from '#interaction/etag.ts'
import type { FhirRequest, FhirResponse } from '#interaction/exchange.ts'

/** https://profiles.ihe.net/ITI/Scheduling/: a searchset with exactly one Appointment. */
export function answerBundle(
  { base }: FhirRequest,
  { id, text }: StoredVersion,
  headers?: Readonly<Record<string, string>>,
): FhirResponse {
  const body = `{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"fullUrl":${JSON.stringify(`${base}/Appointment/${id}`)},"resource":${text},"search":{"mode":"match"}}]}`
  return { status: 200, body, ...(headers && { headers }) }
}

export function answerAppointment(
  { base }: FhirRequest,
  { id, version, updated, text }: StoredVersion,
): FhirResponse {
  return {
    status: 200,
    location: `${base}/Appointment/${id}/_history/${version}`,
    etag: buildEtag(version),
    lastModified: updated,
    body: text,
  }
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
