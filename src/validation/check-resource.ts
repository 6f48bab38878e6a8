import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Lookups } from './lookups.ts'
import type { Validator } from './validator.ts'

/** Refuses a resource with errors; answers the warnings of one without. */
export type ResourceCheck = (resource: unknown, type: string, lookups?: Lookups) => readonly Issue[]

/**
 * https://hl7.org/fhir/R4/http.html#create: 400 for what is not the JSON of such a resource, 422 for what breaks the
 * rules of its type or profiles.
 */
export function createResourceCheck(validator: Validator): ResourceCheck {
  return (resource, type, lookups) => {
    const issues = validator.validate(resource, { type, ...(lookups === undefined ? {} : { lookups }) })
    if (issues.length === 0) return issues
    const errors = issues.filter(({ severity }) => severity === 'error')
    if (errors.length === 0) return issues
    const own = (resource as Partial<Resource> | null)?.resourceType
    const malformed = own !== type || errors.some(({ code }) => code === 'structure' || code === 'value')
    if (malformed) throw new Refusal('invalid', `The ${type} is not well formed.`, { issues })
    throw new Refusal('unprocessable', `The ${type} breaks rules of its definition.`, { issues })
  }
}
