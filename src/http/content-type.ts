import { Refusal } from '#fhir/refusal.ts'
import type { BodyKind } from '#interaction/address/route.ts'
import { patchMediaTypes } from '#interaction/patch/create-patch.ts'

const json = ['application/fhir+json', 'application/json', 'text/json']
const xml = ['application/fhir+xml', 'application/xml', 'text/xml']

const takes: Readonly<Record<Exclude<BodyKind, 'none'>, readonly string[]>> = {
  resource: [...json, ...xml],
  patch: ['application/json-patch+json', ...json, ...xml],
  form: ['application/x-www-form-urlencoded'],
  // One operation is sent what calendar programs send.
  parameters: [...json, ...xml, 'text/calendar'],
}

/** https://www.rfc-editor.org/rfc/rfc5789#section-3.1 */
export const acceptPatch = [...patchMediaTypes, 'application/fhir+xml'].join(', ')

/** The media type of a body, lower case and without parameters; 415 for one that the interaction does not take. */
export function checkContentType(header: string | undefined, kind: Exclude<BodyKind, 'none'>): string {
  const allowed = takes[kind]
  if (header === undefined) {
    throw new Refusal('media-type', `The Content-Type is missing: send ${allowed[0]}.`, {
      expression: 'http.Content-Type',
    })
  }
  const [name = '', ...parameters] = header.split(';')
  const mediaType = name.trim().toLowerCase()
  if (!allowed.includes(mediaType)) {
    throw new Refusal('media-type', `This Content-Type is not taken here: send ${allowed.join(' or ')}.`, {
      expression: 'http.Content-Type',
      ...(kind === 'patch' && { headers: { 'Accept-Patch': acceptPatch } }),
    })
  }
  for (const parameter of parameters) checkParameter(parameter)
  return mediaType
}

export function isResourceForm(header: string): boolean {
  return takes.resource.includes((header.split(';', 1)[0] as string).trim().toLowerCase())
}

/** Of those spoken here: the names for JSON have no such letters. */
export function isXml(mediaType: string): boolean {
  return mediaType.includes('xml')
}

function checkParameter(parameter: string): void {
  const equals = parameter.indexOf('=')
  const name = parameter.slice(0, Math.max(equals, 0)).trim().toLowerCase()
  const value = parameter
    .slice(equals + 1)
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase()
  if (name === 'charset' && value !== 'utf-8' && value !== 'utf8') {
    throw new Refusal('media-type', 'FHIR is written in UTF-8: send the body with charset=utf-8.', {
      expression: 'http.Content-Type',
    })
  }
  if (name === 'fhirversion' && !/^4\.0(\.\d)?$/.test(value)) {
    throw new Refusal(
      'media-type',
      'This server speaks FHIR R4: send the body with fhirVersion=4.0 or without.',
      {
        expression: 'http.Content-Type',
      },
    )
  }
}
