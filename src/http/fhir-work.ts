import { Refusal } from '#fhir/refusal.ts'
import { parseQuery, type QueryPairs } from '#interaction/address/query.ts'
import { findRoute, type Route } from '#interaction/address/route.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Admission } from './admission.ts'
import { contentOf, wantsContent } from './binary.ts'
import { acceptPatch } from './content-type.ts'
import { buildOriginFinder } from './fhir-base.ts'
import { readFhirRequest } from './fhir-request.ts'
import type { FhirBase, HttpParts } from './parts.ts'
import { choosePresentation, type Presentation } from './presentation.ts'
import { createPublishedWork, isPublishedPath } from './published-work.ts'
import { checkHeaders } from './request-headers.ts'
import type { Visit } from './visit.ts'

/** SMART App Launch 2.2, section 3.1: plain JSON, whatever the caller accepts; so is OpenAPI. */
const discoveryPresentation = { contentType: 'application/json; charset=utf-8', pretty: false }

/** From a request line to an answer: cheap refusals first, nothing of a body before its caller is known. */
export function createFhirWork(
  parts: HttpParts,
  admission: Admission,
): (visit: Visit) => Promise<FhirResponse> {
  const { isClinic, isResourceType, authenticate, interact, limits, settings } = parts
  const { maxBodyBytes } = settings
  const originOf = buildOriginFinder(settings)
  const published = createPublishedWork(parts, admission)

  return async (visit) => {
    const { req, path, record } = visit
    checkHeaders(req)
    if (path.tenant !== 'main' && !(await isClinic(path.tenant))) {
      throw new Refusal('not-found', 'No clinic has this name: check the address of the FHIR base.')
    }
    if (req.method === 'OPTIONS') return tellMethods(path.rest)
    if (published !== undefined && isPublishedPath(path.rest)) {
      const answer = await published(visit, originOf(req) + path.basePath)
      if (answer !== undefined) return answer
    }
    const route = findRoute(req.method, path.rest, isResourceType)
    record.interaction = route.interaction
    record.type = route.type
    record.id = route.id
    const origin = originOf(req)
    const base = { tenant: path.tenant, origin, url: origin + path.basePath }
    const ifNoneMatch = req.headers['if-none-match']
    let wish: Wish
    try {
      wish = readWish(visit, route)
    } catch (error) {
      if (!openToAll.has(route.interaction)) await meet(visit)
      throw error
    }
    const { query, presentation } = wish
    if (route.interaction === 'smart-configuration') {
      visit.presentation = discoveryPresentation
      return tell(await parts.smartConfiguration(base))
    }
    if (route.interaction === 'openapi') {
      visit.presentation = discoveryPresentation
      return parts.openApi({ base: base.url, ifNoneMatch, mediaType: 'application/json' })
    }
    if (presentation === undefined) return contentOf(await enter(visit, route, query, base))
    visit.presentation = presentation
    if (route.interaction === 'capabilities') {
      const mediaType = visit.presentation.contentType
      return parts.capabilities({ base: base.url, query, ifNoneMatch, mediaType })
    }
    return enter(visit, route, query, base)
  }

  async function enter(visit: Visit, route: Route, query: QueryPairs, base: FhirBase): Promise<FhirResponse> {
    const { req, record, address } = visit
    limits?.checkAddress(address)
    const place = await admission.enter()
    try {
      visit.progress = 'admitted'
      const principal = await authenticate(req.headers.authorization, base.tenant)
      visit.principal = principal
      limits?.checkPrincipal(principal)
      record.client = principal.clientId
      const hold = (bytes: number) => admission.hold(place, bytes)
      const { requestId } = record
      const request = await readFhirRequest(req, {
        route,
        query,
        base,
        requestId,
        address,
        maxBodyBytes,
        hold,
        takeTurn: () => admission.takeTurn(place),
        loadXml: parts.loadXml,
      })
      record.interaction = request.interaction
      if (route.body === 'form') visit.presentation = choosePresentation(req.headers.accept, request.query)
      visit.progress = 'handed-over'
      return await interact(request, principal)
    } finally {
      admission.leave(place)
    }
  }

  /** Who cannot be understood is held back, and known, like anybody: for the refusal is recorded. */
  async function meet(visit: Visit): Promise<void> {
    const { req, path, address } = visit
    limits?.checkAddress(address)
    const place = await admission.enter()
    try {
      visit.progress = 'admitted'
      visit.principal = await authenticate(req.headers.authorization, path.tenant)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    } finally {
      admission.leave(place)
    }
  }

  function tellMethods(rest: string): FhirResponse {
    try {
      findRoute('OPTIONS', rest, isResourceType)
    } catch (error) {
      if (!(error instanceof Refusal && error.kind === 'method-not-allowed')) throw error
      const patches = error.headers.Allow?.includes('PATCH') === true
      return {
        status: 204,
        headers: patches ? { ...error.headers, 'Accept-Patch': acceptPatch } : error.headers,
      }
    }
    throw new Refusal('not-found', 'No FHIR interaction has this address.')
  }
}

/** What the server says of itself, which nobody records. */
const openToAll: ReadonlySet<Route['interaction']> = new Set([
  'capabilities',
  'openapi',
  'smart-configuration',
])

interface Wish {
  readonly query: QueryPairs
  /** Absent where the answer's form is no choice: what a Binary holds, and what is said in JSON alone. */
  readonly presentation?: Presentation
}

function readWish({ req, query: text }: Visit, route: Route): Wish {
  const { accept, 'content-type': contentType } = req.headers
  const query = parseQuery(text, 'query')
  const { interaction } = route
  if (interaction === 'smart-configuration' || interaction === 'openapi') return { query }
  if (wantsContent(route, accept, query)) return { query }
  return { query, presentation: choosePresentation(accept, query, contentType) }
}

/** What the server says of itself is no secret, but it changes with a release. */
function tell(body: string): FhirResponse {
  return { status: 200, body, headers: { 'Cache-Control': 'no-cache' } }
}
