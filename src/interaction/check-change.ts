import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
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
  if (veil !== undefined && decided === undefined) {
    refuseHidden(veil.hiddenIn({ ...resource, text: undefined }), type)
    if (before !== undefined) walk.resource = withHidden(resource, before, veil.hiddenIn)
  }
  const objection = principal.objectionFor(
    type,
    interaction === 'create' ? 'c' : 'u',
  )?.({
    ...(before === undefined ? {} : { before: parseJson(before.text) as Resource }),
    after: walk.resource ?? resource,
    base: request.base,
  })
  if (objection !== undefined) throw new Refusal('forbidden', objection)
}

/** By its name alone, whatever is stored there. */
function refuseHidden(names: readonly string[], type: string): void {
  const [name] = names
  if (name === undefined) return
  throw new Refusal(
    'forbidden',
    `Your role cannot see ${type}.${name}, so it cannot write it: leave it out.`,
    {
      expression: `${type}.${name}`,
    },
  )
}

function withHidden(
  sent: Resource,
  before: StoredVersion,
  hiddenIn: (resource: Resource) => readonly string[],
): Resource {
  const stored = parseJson(before.text) as Resource
  const kept = hiddenIn(stored).filter((name) => sent[name] === undefined)
  return kept.length === 0
    ? sent
    : { ...sent, ...Object.fromEntries(kept.map((name) => [name, stored[name]])) }
}
