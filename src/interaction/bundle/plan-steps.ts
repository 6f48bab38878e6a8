import { Refusal } from '#fhir/refusal.ts'
import { type Criteria, readCriteria } from '../criteria.ts'
import type { FhirRequest } from '../exchange.ts'
import { type BundleEntry, readEntry } from './bundle-entry.ts'
import type { TransactionParts } from './bundle-parts.ts'
import { refuseEntry } from './entry-refusal.ts'
import { buildEntryRequest } from './entry-request.ts'

/** One entry of a transaction, as far as it can be known without asking the database. */
export interface Step {
  readonly index: number
  readonly entry: BundleEntry
  readonly request: FhirRequest
  /** Of a conditional interaction. */
  readonly criteria?: Criteria
  /** Set aside for what the entry may create, so that others can refer to it before it is there. */
  readonly newId: string
}

export function planSteps(
  parts: TransactionParts,
  list: readonly unknown[],
  bundle: FhirRequest,
): readonly Step[] {
  const isResourceType = (name: string): boolean => parts.definitions.isResourceType(name)
  return list.map((given, index) => {
    const entry = readEntry(given, index)
    try {
      const request = buildEntryRequest(entry, bundle, isResourceType)
      if (request.interaction === 'operation') {
        throw new Refusal(
          'not-supported',
          'Operations are not offered inside a transaction: use a batch, or call them by themselves.',
        )
      }
      const criteria = request.id === undefined ? readCriteria(request) : undefined
      const step = { index, entry, request, newId: parts.newId() }
      return criteria === undefined ? step : { ...step, criteria }
    } catch (failure) {
      throw refuseStep(failure, entry)
    }
  })
}

export function refuseStep(failure: unknown, entry: BundleEntry, request?: FhirRequest): unknown {
  return refuseEntry(failure, entry.expression, entry.resource?.resourceType, request?.type)
}

/** https://hl7.org/fhir/R4/http.html#trules: "DELETE, POST, PUT or PATCH, GET or HEAD"; within one kind as they came. */
export function inProcessingOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => rank[a.entry.method] - rank[b.entry.method])
}

const rank = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 } as const
