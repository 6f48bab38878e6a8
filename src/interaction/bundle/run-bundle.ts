import type { FhirRequest, FhirResponse } from '../exchange.ts'
import type { RoadParts } from '../walk.ts'
import { readEntryList } from './bundle-entry.ts'
import { runBatch } from './run-batch.ts'
import { runTransaction } from './run-transaction.ts'

export interface BundleParts extends Pick<RoadParts, 'database' | 'definitions' | 'settings' | 'newId'> {
  /** The most entries that one bundle may have. */
  readonly entryLimit: number
  /** A failure of our own in one entry of a batch: the others go on, the log hears of it. */
  readonly reportFault: (failure: unknown) => void
}

export function createRunBundle(parts: BundleParts): RoadParts['runBundle'] {
  return (request: FhirRequest, principal, road): Promise<FhirResponse> => {
    const list = readEntryList(request.body?.json, parts.entryLimit)
    return request.interaction === 'transaction'
      ? runTransaction(parts, list, request, principal, road)
      : runBatch(parts, list, request, principal, road)
  }
}
