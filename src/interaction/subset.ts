import type { Definitions, ElementDefinition } from '#fhir/definitions.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Coding, Resource } from '#fhir/resource.ts'
import { jsonNames } from '#validation/json-names.ts'

/** https://hl7.org/fhir/R4/search.html#summary and #elements: which part of each resource the client wants. */
export type Subset = 'true' | 'text' | 'data' | readonly string[]

const subsetted: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'Resource encoded in summary mode',
}

/** A part of the resource, tagged so that nobody writes it back as the whole. */
export function cutSubset(text: string, subset: Subset, definitions: Definitions): string {
  const resource = parseJson(text) as Resource
  const elements = elementsByJsonName(definitions.type(resource.resourceType).elements)
  const wanted = typeof subset === 'string' ? subset : namesWithin(resource.resourceType, subset)
  const cut: Resource = { resourceType: resource.resourceType }
  for (const name in resource) {
    const element = elements.get(name)
    if (element === undefined || !keeps(wanted, element)) continue
    const whole = subset !== 'true' || element.children === undefined
    cut[name] = whole ? resource[name] : summarise(resource[name], element.children)
  }
  const { meta } = resource
  cut.meta = { ...meta, tag: [...(meta?.tag ?? []), subsetted] }
  return JSON.stringify(cut)
}

/** `name`, `Patient.name` (other types are not meant) and `name.family`, of which R4 gives the element it lies in. */
function namesWithin(type: string, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const [first = '', second] = path.trim().split('.')
    if (!/^[A-Z]/.test(first)) return first
    return first === type && second !== undefined ? second : []
  })
}

/** Mandatory and modifying elements stay whatever is asked for: without them the rest could be misread. */
function keeps(subset: Subset, element: ElementDefinition): boolean {
  if (subset === 'data') return element.name !== 'text'
  const necessary = element.min > 0 || element.isModifier || element.name === 'id' || element.name === 'meta'
  if (subset === 'true') return necessary || element.isSummary
  if (subset === 'text') return necessary || element.name === 'text'
  return necessary || subset.includes(element.name)
}

function summarise(value: unknown, elements: readonly ElementDefinition[]): unknown {
  if (Array.isArray(value)) return value.map((item) => summarise(item, elements))
  if (typeof value !== 'object' || value === null) return value
  const byName = elementsByJsonName(elements)
  const cut: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    const element = byName.get(name)
    if (element === undefined || !(element.isSummary || element.min > 0)) continue
    cut[name] = element.children === undefined ? item : summarise(item, element.children)
  }
  return cut
}

const byJsonName = new WeakMap<readonly ElementDefinition[], ReadonlyMap<string, ElementDefinition>>()

function elementsByJsonName(elements: readonly ElementDefinition[]): ReadonlyMap<string, ElementDefinition> {
  let map = byJsonName.get(elements)
  if (map === undefined) {
    map = new Map(
      elements.flatMap((element) =>
        jsonNames(element).flatMap(
          ([name]) =>
            [
              [name, element],
              [`_${name}`, element],
            ] as const,
        ),
      ),
    )
    byJsonName.set(elements, map)
  }
  return map
}

/** From the query of a read or history; a search has its own in the parsed query. */
export function readSubset(pairs: readonly (readonly [name: string, value: string])[]): Subset | undefined {
  if (pairs.length === 0) return undefined
  const summary = pairs.findLast(([name]) => name === '_summary')?.[1]
  const elements = pairs.findLast(([name]) => name === '_elements')?.[1]
  if (elements !== undefined && elements !== '') return elements.split(',')
  if (summary === undefined || summary === 'false') return undefined
  if (summary === 'true' || summary === 'text' || summary === 'data') return summary
  throw new Refusal('value', '_summary must be true, text, data or false here; count goes with a search.', {
    expression: '_summary',
  })
}
