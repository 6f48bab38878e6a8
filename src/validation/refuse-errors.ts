import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'

/**
 * https://hl7.org/fhir/R4/http.html#create: 400 for what is not the JSON of such a resource, 422 for what breaks the
 * rules of its type or profiles.
 */
export function refuseErrors(
  issues: readonly Issue[],
  resource: unknown,
  type: string,
): asserts resource is Resource {
  const errors = issues.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const own = (resource as Partial<Resource> | null)?.resourceType
  const malformed = own !== type || errors.some(({ code }) => code === 'structure' || code === 'value')
  // What refuses comes before what is merely doubtful.
  const all = { issues: [...errors, ...issues.filter(({ severity }) => severity !== 'error')] }
  if (malformed) throw new Refusal('invalid', `The ${type} is not well formed.`, all)
  throw new Refusal('unprocessable', `The ${type} breaks rules of its definition.`, all)
}
