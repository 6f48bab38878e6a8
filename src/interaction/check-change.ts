import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { checkAlone, checkSaid } from './check-said.ts'
import { withHidden, withoutKept } from './kept-parts.ts'
import type { Walk } from './walk.ts'

/**
 * Is this change theirs to make? Elements hidden from the caller stay as they are: neither what they send nor what they
 * leave out touches them. Then the rules of their roles are asked about what was and what shall be.
 */
export function checkChange(walk: Walk): void {
  const { principal, resource, current, request, decided } = walk
  const { interaction, type } = request
  if (resource === undefined || type === undefined) return
  const before = current === undefined || current.deleted ? undefined : current
  const veil = principal.veil?.(type)
  const said = decided === undefined ? resource : withoutKept(resource, before, veil)
  checkAlone(principal, type, said)
  if (veil !== undefined && decided === undefined) {
    checkSaid(principal, type, resource)
    if (before !== undefined) walk.resource = withHidden(resource, before, veil)
  }
  const objection = principal.objectionFor(
    type,
    interaction === 'create' ? 'c' : 'u',
  )?.({
    ...(before === undefined ? {} : { before: parseJson(before.text) as Resource }),
    after: walk.resource ?? resource,
    said,
    base: request.base,
  })
  if (objection !== undefined) throw new Refusal('forbidden', objection)
}
