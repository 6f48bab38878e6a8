import { checkPermission } from '#access/check-permission.ts'
import type { Permission, Permissions, Principal } from '#access/principal.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { InteractionName } from './exchange.ts'
import type { RoadParts, Walk } from './walk.ts'

/** https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html: which letter of a scope an interaction needs. */
const permissions: Partial<Record<InteractionName, Permission>> = {
  read: 'r',
  vread: 'r',
  'history-instance': 'r',
  'history-type': 's',
  'history-system': 's',
  'search-type': 's',
  'search-system': 's',
  create: 'c',
  update: 'u',
  patch: 'u',
  delete: 'd',
}

/**
 * May this caller do this to this type? Which instances, the rows answer: the store shows a caller only what is theirs.
 * System-level interactions narrow their types themselves; bundles and operations are asked for each of their parts.
 */
export function authorise({ request, principal, criteria }: Walk): void {
  const { type, interaction } = request
  const permission = permissions[interaction]
  if (type === undefined || permission === undefined) return
  checkPermission(principal, type, permission)
  // A conditional interaction tells whether something exists, as a search does.
  if (criteria !== undefined) checkPermission(principal, type, 's')
}

/** What exists for this caller in this interaction. */
export function viewerOf(principal: Principal, interaction: InteractionName, conditional = false): Viewer {
  const permission = permissions[interaction]
  if (permission === undefined) return principal
  const letters: Permissions = conditional ? `s${permission}` : permission
  return principal.viewerFor(letters)
}

/** What a search or history of the whole clinic goes through: all that the caller may search. */
export function searchableTypes({ definitions }: RoadParts, principal: Principal): readonly string[] {
  const types = definitions.resourceTypes.filter((type) => principal.may(type, 's'))
  if (types.length > 0) return types
  throw new Refusal('forbidden', 'This token may not search any type: it needs a scope such as "system/*.s".')
}
