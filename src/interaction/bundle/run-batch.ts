import type { Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirRequest, FhirResponse } from '../exchange.ts'
import type { Road } from '../walk.ts'
import { readEntry } from './bundle-entry.ts'
import type { BundleParts } from './bundle-parts.ts'
import { refuseEntry } from './entry-refusal.ts'
import { buildEntryRequest } from './entry-request.ts'
import { buildRefusedEntry, buildResponseBundle, buildResponseEntry } from './response-bundle.ts'

/** One batch must not take the whole pool: others are waiting too. */
const concurrency = 4

/** https://hl7.org/fhir/R4/http.html#batch: each entry for itself, with its own outcome and its own audit event. */
export async function runBatch(
  parts: BundleParts,
  list: readonly unknown[],
  bundle: FhirRequest,
  principal: Principal,
  road: Road,
): Promise<FhirResponse> {
  const answers = new Array<string>(list.length)
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < list.length; i = next++) {
      answers[i] = await runEntry(parts, list[i], i, bundle, principal, road)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, list.length) }, work))
  return { status: 200, body: buildResponseBundle('batch-response', answers) }
}

async function runEntry(
  parts: BundleParts,
  given: unknown,
  index: number,
  bundle: FhirRequest,
  principal: Principal,
  road: Road,
): Promise<string> {
  let types: readonly (string | undefined)[] = []
  try {
    const entry = readEntry(given, index)
    types = [entry.resource?.resourceType]
    const request = buildEntryRequest(entry, bundle, (name) => parts.definitions.isResourceType(name))
    types = [entry.resource?.resourceType, request.type]
    return buildResponseEntry(request, await road.interact(request, principal))
  } catch (failure) {
    const refusal = refuseEntry(failure, `Bundle.entry[${index}]`, ...types)
    if (refusal instanceof Refusal) return buildRefusedEntry(refusal)
    parts.reportFault(failure)
    return buildRefusedEntry(
      new Refusal('fault', 'The server failed at this entry; whether it was carried out, a read will tell.', {
        expression: `Bundle.entry[${index}]`,
      }),
    )
  }
}
