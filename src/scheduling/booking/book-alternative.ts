import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { OperationCall } from '#interaction/operation.ts'
import { textOf } from './booking-call.ts'

/** Down the ranking until one is won; whoever lost one race may lose the next. */
export async function bookAlternative(
  call: OperationCall,
  failure: Refusal,
  book: (appointment: Resource) => Promise<FhirResponse>,
): Promise<FhirResponse | undefined> {
  await failure.lookForSuggestion()
  const { entry = [] } = (failure.suggestion ?? {}) as { entry?: readonly { resource: Resource }[] }
  const limit = (name: string, none: number) => Date.parse(textOf(call, name) ?? '') || none
  const earliest = limit('earliest', Number.NEGATIVE_INFINITY)
  const latest = limit('latest', Number.POSITIVE_INFINITY)
  for (const { resource } of entry) {
    const { start, end } = resource
    if (Date.parse(String(start)) < earliest || Date.parse(String(end)) > latest) continue
    const { id: _, meta: __, ...appointment } = resource
    try {
      return await book(appointment as Resource)
    } catch (refused) {
      if (!(refused instanceof Refusal) || refused.kind !== 'conflict') throw refused
    }
  }
  return undefined
}
