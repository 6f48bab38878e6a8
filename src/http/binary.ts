import { Refusal } from '#fhir/refusal.ts'
import type { QueryPairs } from '#interaction/address/query.ts'
import type { Route } from '#interaction/address/route.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import { isXml } from './content-type.ts'
import { namesFormat } from './presentation.ts'

/**
 * Reading a Binary gives what it holds, unless the resource is asked for by name: https://hl7.org/fhir/R4/binary.html#rest
 */
export function wantsContent(route: Route, accept: string | undefined, query: QueryPairs): boolean {
  if (route.type !== 'Binary' || (route.interaction !== 'read' && route.interaction !== 'vread')) return false
  return !query.some(([name]) => formWishes.has(name)) && !namesFormat(accept)
}

const formWishes: ReadonlySet<string> = new Set(['_format', '_pretty', '_summary', '_elements'])

interface Binary {
  readonly contentType: string
  readonly data?: string
  readonly securityContext?: { readonly reference?: string }
}

/** What goes into a header as it stands in a resource. */
const headerForm = /^[\x21-\x7e][\x20-\x7e]{0,199}$/
const mediaTypeForm = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?$/

export function contentOf(answer: FhirResponse): FhirResponse {
  const { body, ...head } = answer
  if (answer.status !== 200 || body === undefined) return answer
  const { contentType, data = '', securityContext } = JSON.parse(body) as Binary
  const isSendable = headerForm.test(contentType) && mediaTypeForm.test(contentType)
  const context = securityContext?.reference
  return {
    ...head,
    bytes: Buffer.from(data, 'base64'),
    contentType: isSendable ? contentType : 'application/octet-stream',
    ...(context !== undefined &&
      headerForm.test(context) && { headers: { ...head.headers, 'X-Security-Context': context } }),
  }
}

/** XML of anybody's need not be FHIR's to be held. */
export function mayBeBinary(mediaType: string, bytes: Buffer): boolean {
  const isForeign = isXml(mediaType) && mediaType !== 'application/fhir+xml'
  return !isForeign || /<(?:\w{1,64}:)?Binary[\s/>]/.test(bytes.toString('latin1', 0, 2_000))
}

/** The resource that holds a body as it came. */
export function binaryOf(
  bytes: Buffer,
  contentType: string,
  id: string | undefined,
  context: string | undefined,
): object {
  if (!mediaTypeForm.test(contentType))
    throw new Refusal('media-type', 'The Content-Type must be a media type, such as application/pdf.', {
      expression: 'http.Content-Type',
    })
  return {
    resourceType: 'Binary',
    ...(id !== undefined && { id }),
    contentType,
    ...(context !== undefined && { securityContext: { reference: context } }),
    data: bytes.toString('base64'),
  }
}
