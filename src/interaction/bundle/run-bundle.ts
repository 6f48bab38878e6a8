import type { FhirRequest, FhirResponse } from '../exchange.ts'
import type { RoadParts } from '../walk.ts'
import { readEntryList } from './bundle-entry.ts'
import type { BundleParts } from './bundle-parts.ts'
import { runBatch } from './run-batch.ts'
import { runTransaction } from './run-transaction.ts'

export function createRunBundle(parts: BundleParts): RoadParts['runBundle'] {
  return (request: FhirRequest, principal, road): Promise<FhirResponse> => {
    const list = readEntryList(request.body?.json, parts.entryLimit)
    return request.interaction === 'transaction'
      ? runTransaction({ ...parts, base: request.base }, list, request, principal, road)
      : runBatch(parts, list, request, principal, road)
  }
}
