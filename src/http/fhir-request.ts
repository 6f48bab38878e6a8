import { decodeUtf8, parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { XmlFormat } from '#fhir/xml/xml-format.ts'
import type { QueryPairs } from '#interaction/address/query.ts'
import { parseQuery } from '#interaction/address/query.ts'
import { type Route, withCompartment } from '#interaction/address/route.ts'
import type { FhirRequest, InteractionName, RequestBody } from '#interaction/exchange.ts'
import { binaryOf, mayBeBinary } from './binary.ts'
import { readBody } from './body.ts'
import { checkContentType, isResourceForm, isXml } from './content-type.ts'
import type { FhirBase } from './parts.ts'
import { pickHeaders } from './request-headers.ts'
import type { HttpRequest } from './visit.ts'

export interface Envelope {
  readonly route: Route
  readonly query: QueryPairs
  readonly base: FhirBase
  readonly requestId: string
  readonly address: string | undefined
  readonly maxBodyBytes: number
  readonly hold: (bytes: number) => void
  readonly takeTurn: () => Promise<void>
  readonly loadXml: () => Promise<XmlFormat>
}

/** From here on nobody needs to know that HTTP was spoken. */
export async function readFhirRequest(req: HttpRequest, envelope: Envelope): Promise<FhirRequest> {
  const { route, base, requestId } = envelope
  let query = withCompartment(route, envelope.query)
  let body: RequestBody | undefined
  if (route.body === 'form') {
    query = [...query, ...(await readForm(req, envelope))]
  } else if (route.body !== 'none') {
    const isBinary = route.type === 'Binary' && route.body === 'resource'
    body = isBinary ? await readBinary(req, envelope) : await readJson(req, route.body, envelope)
  }
  const request: { -readonly [part in keyof FhirRequest]: FhirRequest[part] } = {
    interaction:
      route.interaction === 'bundle' ? interactionOfBundle(body) : (route.interaction as InteractionName),
    method: req.method as FhirRequest['method'],
    query,
    headers: pickHeaders(req, envelope.address),
    base: base.url,
    requestId,
  }
  if (route.type !== undefined) request.type = route.type
  if (route.id !== undefined) request.id = route.id
  if (route.versionId !== undefined) request.versionId = route.versionId
  if (route.operation !== undefined) request.operation = route.operation
  if (body !== undefined) request.body = body
  return request
}

async function readForm(req: HttpRequest, { maxBodyBytes, hold }: Envelope): Promise<QueryPairs> {
  if (!announcesBody(req)) return []
  checkContentType(req.headers['content-type'], 'form')
  return parseQuery(decodeUtf8(await readBody(req, maxBodyBytes, hold)), 'body')
}

async function readJson(
  req: HttpRequest,
  kind: 'resource' | 'patch' | 'parameters',
  { maxBodyBytes, hold, takeTurn, loadXml }: Envelope,
): Promise<RequestBody | undefined> {
  if (!announcesBody(req)) return missing(kind)
  const mediaType = checkContentType(req.headers['content-type'], kind)
  const bytes = await readBody(req, maxBodyBytes, hold)
  await takeTurn()
  const text = decodeUtf8(bytes)
  if (text === '') return missing(kind)
  if (mediaType === 'text/calendar') return { mediaType, json: calendarParameter(text) }
  return parseAs(mediaType, text, loadXml)
}

async function parseAs(mediaType: string, text: string, loadXml: Envelope['loadXml']): Promise<RequestBody> {
  if (!isXml(mediaType)) return { mediaType, json: parseJson(text) }
  return { mediaType: 'application/fhir+json', json: (await loadXml()).read(text) }
}

/** The resource itself, or, as whatever it comes, what it shall hold: https://hl7.org/fhir/R4/binary.html#rest */
async function readBinary(req: HttpRequest, envelope: Envelope): Promise<RequestBody | undefined> {
  const header = req.headers['content-type']
  if (header === undefined || !announcesBody(req)) return readJson(req, 'resource', envelope)
  const mediaType = isResourceForm(header) ? checkContentType(header, 'resource') : undefined
  const bytes = await readBody(req, envelope.maxBodyBytes, envelope.hold)
  await envelope.takeTurn()
  if (mediaType !== undefined && mayBeBinary(mediaType, bytes)) {
    const body = await parseAs(mediaType, decodeUtf8(bytes), envelope.loadXml)
    if ((body.json as { resourceType?: unknown } | null)?.resourceType === 'Binary') return body
  }
  const context = req.headers['x-security-context']
  const json = binaryOf(bytes, header, envelope.route.id, typeof context === 'string' ? context : undefined)
  return { mediaType: 'application/fhir+json', json }
}

/** As if it were sent as the parameter that it is of an operation. */
function calendarParameter(text: string): object {
  return { resourceType: 'Parameters', parameter: [{ name: 'calendar', valueString: text }] }
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-6.3: without either header a request has no body. */
function announcesBody(req: HttpRequest): boolean {
  const length = req.headers['content-length']
  return (length !== undefined && length !== '0') || req.headers['transfer-encoding'] !== undefined
}

/** An operation may have no parameters; everything else that takes a body needs one. */
function missing(kind: 'resource' | 'patch' | 'parameters'): undefined {
  if (kind === 'parameters') return undefined
  throw new Refusal(
    'required',
    `The body is missing: send ${kind === 'patch' ? 'the patch' : 'the resource'} as JSON or XML.`,
  )
}

function interactionOfBundle(body: RequestBody | undefined): InteractionName {
  const { resourceType, type } = (body?.json ?? {}) as { resourceType?: unknown; type?: unknown }
  if (resourceType === 'Bundle' && (type === 'batch' || type === 'transaction')) return type
  throw new Refusal(
    'invalid',
    'The base takes a Bundle of type batch or transaction: send a resource to [base]/[type].',
    {
      expression: resourceType === 'Bundle' ? 'Bundle.type' : 'Bundle',
    },
  )
}
