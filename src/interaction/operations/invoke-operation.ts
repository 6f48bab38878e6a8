import { Refusal } from '#fhir/refusal.ts'
import type { FhirRequest } from '../exchange.ts'
import type { Operation, OperationDefinition } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { parseParameters } from './parse-parameters.ts'

export interface InvokeParts extends Pick<RoadParts, 'database' | 'definitions'> {
  readonly operations: readonly Operation[]
}

/** https://hl7.org/fhir/R4/operations.html: finds the operation that is meant, and reads its parameters by its definition. */
export function createInvokeOperation(parts: InvokeParts): RoadParts['invokeOperation'] {
  const byCode = Map.groupBy(parts.operations, ({ definition }) => definition.code)
  return async (request, principal, road) => {
    const { definition, invoke } = find(byCode.get(request.operation ?? '') ?? [], request)
    if (definition.affectsState !== false && request.method !== 'POST') {
      throw new Refusal('method-not-allowed', `$${definition.code} changes something: use POST.`, {
        headers: { Allow: 'POST' },
      })
    }
    const parameters = parseParameters(definition, request)
    return invoke({ request, principal, road, store: parts.database.openStore(principal), parameters })
  }
}

function find(candidates: readonly Operation[], request: FhirRequest): Operation {
  const { type, id, operation = '' } = request
  const level = type === undefined ? 'system' : id === undefined ? 'type' : 'instance'
  const ofType = candidates.filter(({ definition }) => type === undefined || isFor(definition, type))
  if (ofType.length === 0) {
    const place = type === undefined ? '' : ` on ${type}`
    throw new Refusal(
      'unknown-type',
      `There is no operation $${operation.slice(0, 64)}${place}: see [base]/metadata for those offered.`,
    )
  }
  const found = ofType.find(({ definition }) => definition[level])
  if (found !== undefined) return found
  const levels = (['system', 'type', 'instance'] as const).filter((one) =>
    ofType.some(({ definition }) => definition[one]),
  )
  throw new Refusal(
    'not-supported',
    `$${operation} is not offered at ${level} level: call it at ${levels.join(' or ')} level.`,
  )
}

function isFor({ resource }: OperationDefinition, type: string): boolean {
  return resource === undefined || resource.includes(type) || resource.includes('Resource')
}
