import { admits, extractorOf } from '#access/admits.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { viewerOf } from './authorise.ts'
import type { Walk } from './walk.ts'

/**
 * The rows tell who may see a resource as it is; this asks the same of one of its versions. A resource that was filed
 * under another patient shows only what it said while it was visible.
 */
export function isShown({ parts, principal, request }: Walk, stored: StoredVersion): boolean {
  const visible = viewerOf(principal, request.interaction).visible(stored.type)
  if (visible === 'all') return true
  if (stored.deleted) return false
  const { definitions, settings } = parts
  const resource = JSON.parse(stored.whole ?? stored.text) as Resource
  const context = { localBases: [request.base], timeZone: settings.timeZone }
  return admits(visible, resource, extractorOf(definitions), context)
}

/** Does the caller see all of the type asked for? */
export function isWhole({ principal, request }: Walk): boolean {
  return (
    request.type !== undefined && viewerOf(principal, request.interaction).visible(request.type) === 'all'
  )
}
