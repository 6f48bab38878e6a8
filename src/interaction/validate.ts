import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Walk } from './walk.ts'

/** The resource that shall be stored: the body, the current version with the patch applied, or what an operation made. */
export function validate(walk: Walk): void {
  const { parts, request, current, decided } = walk
  const { type, body } = request
  if (type === undefined) return
  if (decided !== undefined) {
    if (decided.after !== undefined) walk.resource = parts.checkStructure(decided.after, type)
    return
  }
  if (body === undefined) throw new Refusal('required', `This request needs a body: a ${type} in JSON.`)
  if (request.interaction === 'patch') {
    const before = parseJson(current?.text ?? '') as Resource
    walk.resource = parts.checkStructure(parts.applyPatch(before, body), type)
  } else {
    walk.resource = parts.checkStructure(body.json, type)
  }
  checkId(walk, walk.resource, type)
}

/** https://hl7.org/fhir/R4/http.html#update: "the server SHALL respond with an HTTP 400" when the ids differ. */
function checkId({ request, id }: Walk, resource: Resource, type: string): void {
  if (request.interaction === 'create') return
  const expected = request.id ?? (request.interaction === 'patch' ? id : undefined)
  if (expected === undefined || resource.id === expected) return
  throw new Refusal(
    resource.id === undefined ? 'required' : 'value',
    `${type}.id must be '${expected}', as in the URL.`,
    { expression: `${type}.id` },
  )
}
