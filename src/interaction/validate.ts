import { parseJson } from '#fhir/json.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { refuseErrors } from '#validation/refuse-errors.ts'
import type { Walk } from './walk.ts'

/** The resource that shall be stored: the body, the current version with the patch applied, or what an operation made. */
export function validate(walk: Walk): void | Promise<void> {
  const { type } = walk.request
  const resource = type === undefined ? undefined : proposed(walk, type)
  if (type === undefined || resource === undefined) return
  const issues = walk.parts.validator.validate(resource, walk.principal.tenant, { type })
  if (!(issues instanceof Promise)) accept(walk, resource, type, issues)
  else return issues.then((found) => accept(walk, resource, type, found))
}

function proposed({ parts, request, current, decided, principal }: Walk, type: string): unknown {
  if (decided !== undefined) return decided.after
  const { body } = request
  if (body === undefined) throw new Refusal('required', `This request needs a body: a ${type} in JSON.`)
  if (request.interaction !== 'patch') return body.json
  // A patch finds, and tests, what its sender sees.
  const text = current?.text ?? ''
  const shown = principal.veil?.(type)?.show(text) ?? text
  return parts.applyPatch(parseJson(shown) as Resource, body)
}

function accept(walk: Walk, resource: unknown, type: string, issues: readonly Issue[]): void {
  refuseErrors(issues, resource, type)
  walk.resource = resource
  if (issues.length > 0) walk.warnings = issues
  if (walk.decided === undefined) checkId(walk, resource, type)
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
