import { admits } from '#access/admits.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { createExtractor, type Extractor } from '#fhir/extract.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { viewerOf } from './authorise.ts'
import type { Walk } from './walk.ts'

/** Compiled once for the definitions, and only where someone with a limited view looks at the past. */
const extractors = new WeakMap<Definitions, Extractor>()

/**
 * The rows tell who may see a resource as it is; this asks the same of one of its versions. A resource that was filed
 * under another patient shows only what it said while it was visible.
 */
export function isShown({ parts, principal, request }: Walk, stored: StoredVersion): boolean {
  const visible = viewerOf(principal, request.interaction).visible(stored.type)
  if (visible === 'all') return true
  if (stored.deleted) return false
  const { definitions, settings } = parts
  let extractor = extractors.get(definitions)
  if (extractor === undefined) {
    extractor = createExtractor(definitions)
    extractors.set(definitions, extractor)
  }
  const resource = JSON.parse(stored.text) as Resource
  return admits(visible, resource, extractor, { localBases: [request.base], timeZone: settings.timeZone })
}

/** Does the caller see all of the type asked for? */
export function isWhole({ principal, request }: Walk): boolean {
  return (
    request.type !== undefined && viewerOf(principal, request.interaction).visible(request.type) === 'all'
  )
}
