import { Refusal } from '#fhir/refusal.ts'
import type { QueryPairs } from '#interaction/address/query.ts'
import { isXml } from './content-type.ts'

/** How an answer is written down: https://hl7.org/fhir/R4/http.html#mime-type */
export interface Presentation {
  readonly contentType: string
  readonly pretty: boolean
  readonly xml?: boolean
}

const fhirJson = 'application/fhir+json; charset=utf-8'
const fhirXml = 'application/fhir+xml; charset=utf-8'
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
    xml: fhirXml,
    'application/fhir+xml': fhirXml,
    'application/fhir xml': fhirXml,
    'application/xml': 'application/xml; charset=utf-8',
    'text/xml': 'text/xml; charset=utf-8',
  }),
)

/**
 * `_format` outranks Accept, as R4 has it. Who does not say gets JSON, or XML if that was sent. Anything else asked for
 * is 406.
 */
export function choosePresentation(
  accept: string | undefined,
  query: QueryPairs,
  sent?: string | undefined,
): Presentation {
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
  const contentType = format === undefined ? contentTypeOf(accept, sent) : contentTypeOfFormat(format)
  if (contentType === fhirJson) return indent ? pretty : plainPresentation
  return isXml(contentType) ? { contentType, pretty: indent, xml: true } : { contentType, pretty: indent }
}

/** Whether a caller names a form that resources have, and not just anything. */
export function namesFormat(accept: string | undefined): boolean {
  const ranges = accept?.split(',', 50).flatMap((range) => readRange(range) ?? []) ?? []
  const isBrowser = ranges.some(({ name }) => name === 'text/html')
  return ranges.some(({ name, quality }) => {
    const contentType = name.endsWith('*') ? undefined : spoken.get(name)
    return (
      contentType !== undefined &&
      quality > 0 &&
      !(isBrowser && contentType !== fhirXml && contentType !== fhirJson)
    )
  })
}

function contentTypeOfFormat(format: string): string {
  const range = readRange(format)
  const contentType = range && range.quality > 0 && spoken.get(range.name)
  if (contentType) return contentType
  throw new Refusal('not-acceptable', 'This _format is not offered: use _format=json or _format=xml.', {
    expression: '_format',
  })
}

// Callers have few Accept headers and send them all day; the bound keeps a hostile one from growing it.
const remembered = new Map<string, string>()
const maxRemembered = 200

function contentTypeOf(accept: string | undefined, sent: string | undefined): string {
  if (accept === 'application/fhir+json') return fhirJson
  if (accept === undefined || accept === '*/*') return sent === undefined ? fhirJson : likeSent(sent)
  const known = remembered.get(accept)
  if (known !== undefined) return known
  const contentType = bestOf(accept)
  if (remembered.size < maxRemembered && accept.length < 300) remembered.set(accept, contentType)
  return contentType
}

function likeSent(sent: string): string {
  const name = readRange(sent)?.name
  return name !== undefined && isXml(name) && spoken.has(name) ? fhirXml : fhirJson
}

function bestOf(accept: string): string {
  const ranges = accept.split(',', 50).flatMap((range) => readRange(range) ?? [])
  // Browsers name application/xml before */* out of habit: they show JSON as well, and it costs less.
  const isBrowser = ranges.some(({ name }) => name === 'text/html')
  const noJson = ranges.some(({ name, quality }) => quality === 0 && name === 'application/fhir+json')
  let best = { contentType: '', quality: 0 }
  for (const { name, quality } of ranges) {
    let contentType = spoken.get(name)
    if (contentType === undefined || !(quality > best.quality)) continue
    if (isBrowser && isXml(contentType) && contentType !== fhirXml) continue
    if (noJson && name.endsWith('/*')) contentType = fhirXml
    best = { contentType, quality }
  }
  if (best.contentType !== '') return best.contentType
  throw new Refusal(
    'not-acceptable',
    'This server answers in JSON and XML: accept application/fhir+json or application/fhir+xml.',
    { expression: 'http.Accept' },
  )
}

/** Undefined for another release of FHIR, which is another format: https://hl7.org/fhir/R4/versioning.html#mt-version */
function readRange(range: string): { readonly name: string; readonly quality: number } | undefined {
  const [name = '', ...parameters] = range.split(';')
  let quality = 1
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=')
    if (key.trim().toLowerCase() === 'q') quality = Number(value)
    if (key.trim().toLowerCase() === 'fhirversion' && !/^("?)4\.0(\.\d)?\1$/.test(value.trim()))
      return undefined
  }
  return { name: name.trim().toLowerCase(), quality }
}
