import type { Principal } from '#access/principal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Transaction } from '#store/store.ts'
import { viewerOf } from '../authorise.ts'
import type { FhirRequest, FhirResponse } from '../exchange.ts'
import type { Road } from '../walk.ts'
import type { TransactionParts } from './bundle-parts.ts'
import { type Identities, identifySteps } from './identify-steps.ts'
import { locateMissing } from './locate-missing.ts'
import { inProcessingOrder, planSteps, refuseStep, type Step } from './plan-steps.ts'
import { resolveReferences } from './resolve-references.ts'
import { buildResponseBundle, buildResponseEntry } from './response-bundle.ts'

/**
 * https://hl7.org/fhir/R4/http.html#transaction: all or nothing. What needs the database is asked for all entries at
 * once; the steps then mostly fill the transaction's buffer, which goes out in few statements.
 */
export async function runTransaction(
  parts: TransactionParts,
  list: readonly unknown[],
  bundle: FhirRequest,
  principal: Principal,
  road: Road,
): Promise<FhirResponse> {
  const steps = planSteps(parts, list, bundle)
  const ordered = inProcessingOrder(steps)
  let resources: ReadonlyMap<Step, Resource> = new Map()
  const resourceOf = (step: Step): Resource | undefined => resources.get(step) ?? step.entry.resource
  const perform = async (tx: Transaction): Promise<readonly string[]> => {
    const identities = await identifySteps(parts, tx, steps, principal)
    resources = await resolveReferences(parts, tx, steps, identities, principal)
    const current = await loadCurrent(tx, steps, principal)
    const responses = new Map<Step, FhirResponse>()
    for (const step of ordered) {
      const request = withResource(step.request, resources.get(step))
      const matches = repeatedMatch(step, identities, responses) ?? identities.matches.get(step)
      const within = { tx, id: step.newId, current, ...(matches !== undefined && { matches }) }
      try {
        responses.set(step, await road.step(request, principal, within))
      } catch (failure) {
        throw refuseStep(locateMissing(failure, steps, resourceOf), step.entry, step.request)
      }
    }
    return steps.map((step) => buildResponseEntry(step.request, responses.get(step) ?? { status: 200 }))
  }
  try {
    const answers = await parts.database.openStore(principal).transaction(perform)
    return { status: 200, body: buildResponseBundle('transaction-response', answers) }
  } catch (failure) {
    throw locateMissing(failure, steps, resourceOf)
  }
}

function withResource(request: FhirRequest, resource: Resource | undefined): FhirRequest {
  if (resource === undefined || request.body === undefined) return request
  return { ...request, body: { ...request.body, json: resource } }
}

/** One round trip for all that shall be changed, one for all that shall be deleted. */
async function loadCurrent(
  tx: Transaction,
  steps: readonly Step[],
  principal: Principal,
): Promise<ReadonlyMap<string, StoredVersion | undefined>> {
  const current = new Map<string, StoredVersion | undefined>()
  for (const interactions of [['update', 'patch'], ['delete']] as const) {
    const keys = steps.flatMap(({ request: { interaction, type, id } }) =>
      type !== undefined && id !== undefined && (interactions as readonly string[]).includes(interaction)
        ? [{ type, id }]
        : [],
    )
    if (keys.length === 0) continue
    for (const { type, id } of keys) current.set(`${type}/${id}`, undefined)
    for (const version of await tx.as(viewerOf(principal, interactions[0])).readMany(keys)) {
      current.set(`${version.type}/${version.id}`, version)
    }
  }
  return current
}

/** The second of two conditional creates with the same criteria finds what the first has made. */
function repeatedMatch(
  step: Step,
  { repeats, targets }: Identities,
  responses: ReadonlyMap<Step, FhirResponse>,
): readonly StoredVersion[] | undefined {
  const first = repeats.get(step)
  const response = first === undefined ? undefined : responses.get(first)
  if (first === undefined || response === undefined) return undefined
  const [type = '', id = ''] = (targets.get(first) ?? '').split('/')
  const { lastModified: updated = new Date(0), body: text = '' } = response
  return [{ type, id, version: 1, updated, deleted: false, method: 'POST', text }]
}
