import { isNode, type Node } from './fhirpath/compiled.ts'
import type { Check, Place } from './place.ts'

/** What an object may hold, by JSON name. */
export interface Property {
  /** FHIRPath name: `value` for `valueQuantity`. */
  readonly element: string
  readonly max: number
  readonly check: Check
  /** One bit a choice element: two of its forms at once are refused. */
  readonly choice: number
  /** One bit an element that must be there. */
  readonly required: number
  /** Of a `_name`: the check where a value stands beside it, so that an id alone is enough. */
  readonly beside?: Check
}

export interface Shape {
  readonly properties: Map<string, Property>
  /** By bit: the elements that must be there. */
  readonly required: string[]
  /** Resources may hold nothing; elements must say something besides an id (ele-1). */
  readonly least: 'nothing' | 'id' | 'more'
}

/** https://hl7.org/fhir/R4/json.html: one look at each name that the object has. */
export function checkObject(shape: Shape, rules: readonly Check[]): Check {
  const { properties, required, least } = shape
  return (value, place) => {
    if (!isNode(value)) {
      place.refuse('structure', 'must be a JSON object.')
      return
    }
    const { malformed } = place
    let empty = least !== 'nothing'
    let chosen = 0
    let found = 0
    for (const name in value) {
      if (name !== 'id') empty = false
      else if (least !== 'nothing') {
        if (least === 'id') empty = false
        place.claimId(value.id)
      }
      const property = properties.get(name)
      if (property === undefined) {
        place.refuse('structure', `has no element '${name.slice(0, 64)}'; check its spelling and its place.`)
        continue
      }
      place.enter(property.element)
      const { choice, max, check } = property
      found |= property.required
      if (choice !== 0) {
        if ((chosen & choice) !== 0) place.refuse('structure', 'is there in more than one form; keep one.')
        chosen |= choice
      }
      const item = value[name]
      if (max > 1) checkList(item, property, name, value, place)
      else if (Array.isArray(item)) place.refuse('structure', 'occurs once: a value, not an array.')
      else if (property.beside !== undefined && value[name.slice(1)] !== undefined)
        property.beside(item, place)
      else check(item, place)
      place.leave()
    }
    if (empty)
      place.refuse('structure', 'says nothing; leave the element out when there is nothing to say (ele-1).')
    if (found !== (1 << required.length) - 1) tellMissing(required, found, place)
    if (place.malformed === malformed) for (const rule of rules) rule(value, place)
  }
}

function tellMissing(required: readonly string[], found: number, place: Place): void {
  for (const [bit, name] of required.entries()) {
    if ((found & (1 << bit)) === 0) place.refuse('required', `must have the element '${name}'.`)
  }
}

function checkList(list: unknown, property: Property, name: string, owner: Node, place: Place): void {
  const { check, max, beside } = property
  if (!Array.isArray(list)) {
    place.refuse('structure', 'may repeat: an array, also for a single value.')
    return
  }
  if (list.length === 0) place.refuse('structure', 'is an empty array; leave the element out.')
  else if (list.length > max) place.refuse('structure', `may be there ${max} times at most.`)
  for (let index = 0; index < list.length; index++) {
    const item: unknown = list[index]
    if (item === null && hasTwin(owner, name, index)) continue
    place.enter(index)
    if (beside !== undefined && hasTwin(owner, name, index)) beside(item, place)
    else check(item, place)
    place.leave()
  }
}

/** A primitive that repeats may be null where its extensions stand in the `_` array at the same index, and the reverse. */
function hasTwin(owner: Node, name: string, index: number): boolean {
  const twin = owner[name.startsWith('_') ? name.slice(1) : `_${name}`]
  return Array.isArray(twin) && twin[index] !== null && twin[index] !== undefined
}
