import { Refusal } from '#fhir/refusal.ts'
import type { QueryPairs } from '#interaction/address/query.ts'

/** How an answer is written down: https://hl7.org/fhir/R4/http.html#mime-type */
export interface Presentation {
  readonly contentType: string
  readonly pretty: boolean
}

const fhirJson = 'application/fhir+json; charset=utf-8'
export const plainPresentation: Presentation = { contentType: fhirJson, pretty: false }
const pretty: Presentation = { contentType: fhirJson, pretty: true }

/** A generic name that was asked for is answered under that name (R4 SHOULD); `json` and no wish mean FHIR's own. */
const spoken = new Map(
  Object.entries({
    json: fhirJson,
    'application/fhir+json': fhirJson,
    // A plus that was not encoded arrives as a space.
    'application/fhir json': fhirJson,
    'application/json': 'application/json; charset=utf-8',
    'text/json': 'text/json; charset=utf-8',
    'application/*': fhirJson,
    '*/*': fhirJson,
  }),
)

/** `_format` outranks Accept, as R4 has it. Every answer is JSON: anything else asked for is 406. */
export function choosePresentation(accept: string | undefined, query: QueryPairs): Presentation {
  let format: string | undefined
  let indent = false
  for (const [name, value] of query) {
    if (name === '_pretty') indent = value === 'true'
    if (name !== '_format') continue
    if (format !== undefined && format !== value) {
      throw new Refusal('invalid', 'There are several _format parameters: send one.', {
        expression: '_format',
      })
    }
    format = value
  }
  const contentType = format === undefined ? contentTypeOf(accept) : contentTypeOfFormat(format)
  if (contentType === fhirJson) return indent ? pretty : plainPresentation
  return { contentType, pretty: indent }
}

function contentTypeOfFormat(format: string): string {
  const contentType = acceptable(format)?.contentType
  if (contentType !== undefined) return contentType
  throw new Refusal('not-acceptable', 'This _format is not offered: use _format=json.', {
    expression: '_format',
  })
}

// Callers have few Accept headers and send them all day; the bound keeps a hostile one from growing it.
const remembered = new Map<string, string>()
const maxRemembered = 200

function contentTypeOf(accept: string | undefined): string {
  if (accept === undefined || accept === 'application/fhir+json' || accept === '*/*') return fhirJson
  const known = remembered.get(accept)
  if (known !== undefined) return known
  const contentType = bestOf(accept)
  if (remembered.size < maxRemembered && accept.length < 300) remembered.set(accept, contentType)
  return contentType
}

function bestOf(accept: string): string {
  let best: { readonly contentType: string; readonly quality: number } | undefined
  for (const range of accept.split(',', 50)) {
    const found = acceptable(range)
    if (found !== undefined && found.quality > (best?.quality ?? 0)) best = found
  }
  if (best !== undefined) return best.contentType
  throw new Refusal('not-acceptable', 'This server answers in JSON: accept application/fhir+json.', {
    expression: 'http.Accept',
  })
}

function acceptable(range: string): { contentType: string; quality: number } | undefined {
  const [name = '', ...parameters] = range.split(';')
  const contentType = spoken.get(name.trim().toLowerCase())
  if (contentType === undefined) return undefined
  let quality = 1
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=')
    if (key.trim().toLowerCase() === 'q') quality = Number(value)
    // https://hl7.org/fhir/R4/versioning.html#mt-version: another release of FHIR is another format.
    if (key.trim().toLowerCase() === 'fhirversion' && !/^4\.0(\.\d)?$/.test(value.trim())) return undefined
  }
  return quality > 0 ? { contentType, quality } : undefined
}
