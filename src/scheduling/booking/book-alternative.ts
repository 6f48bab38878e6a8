import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { OperationCall } from '#interaction/operation.ts'
import { textOf } from './booking-call.ts'

/** Down the ranking until one is won; whoever lost one race may lose the next. */
export async function bookAlternative(
  call: OperationCall,
  failure: Refusal,
  book: (appointment: Resource) => Promise<StoredVersion>,
): Promise<StoredVersion | undefined> {
  await failure.lookForSuggestion()
  const { entry = [] } = (failure.suggestion ?? {}) as { entry?: readonly { resource: Resource }[] }
  const latest = Date.parse(textOf(call, 'latest') ?? '') || Number.POSITIVE_INFINITY
  for (const { resource } of entry) {
    if (Date.parse(String(resource.end)) > latest) continue
    const { id: _, meta: __, requestedPeriod: ___, ...appointment } = resource
    try {
      return await book(appointment as Resource)
    } catch (refused) {
      if (!(refused instanceof Refusal) || refused.kind !== 'conflict') throw refused
    }
  }
  return undefined
}
