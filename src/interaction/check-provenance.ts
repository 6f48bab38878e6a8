import { checkPermission } from '#access/check-permission.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Walk } from './walk.ts'

const header = { expression: 'http.X-Provenance' }
const instead = 'In a bundle the Provenance is an entry of its own, and refers to the other by its fullUrl.'

/**
 * https://hl7.org/fhir/R4/provenance.html, "Using HTTP headers": a Provenance without target may come along with what it
 * tells of. What cannot be kept is said before anything is written.
 */
export function checkProvenance(walk: Walk): void {
  const text = walk.request.headers.provenance
  if (text === undefined) return
  const { interaction } = walk.request
  if (interaction !== 'create' && interaction !== 'update' && interaction !== 'patch') {
    const sentence = `X-Provenance goes with a create, update or patch, not with a ${interaction}. ${instead}`
    throw new Refusal('not-supported', sentence, header)
  }
  const provenance = parse(text)
  checkPermission(walk.principal, 'Provenance', 'c')
  walk.provenance = provenance
}

function parse(text: string): Resource {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a header may not hold either
  if (/[^\x00-\x7f]/.test(text))
    throw new Refusal('malformed', 'X-Provenance holds ASCII alone: write other letters as \\u00e9.', header)
  const value = readJson(text)
  if (typeof value !== 'object' || value === null || (value as Resource).resourceType !== 'Provenance')
    throw new Refusal('invalid', 'X-Provenance holds a Provenance, as one line of JSON.', header)
  if ('target' in value)
    throw new Refusal('invalid', 'Leave target out of X-Provenance: it is what this request writes.', header)
  return value as Resource
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    throw new Refusal('malformed', `X-Provenance is not JSON: ${cause.message}`, { ...header, cause })
  }
}
