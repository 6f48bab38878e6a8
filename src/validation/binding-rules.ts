import type { ElementBinding } from '#fhir/definitions.ts'
import { isNode } from './fhirpath/compiled.ts'
import type { CodeSet } from './lookups.ts'
import type { Check, Place } from './place.ts'

const textTypes: ReadonlySet<string> = new Set([
  'code',
  'string',
  'uri',
  'url',
  'canonical',
  'id',
  'oid',
  'markdown',
])
const quantityTypes: ReadonlySet<string> = new Set([
  'Quantity',
  'Age',
  'Count',
  'Distance',
  'Duration',
  'Money',
])

const languages = 'http://hl7.org/fhir/ValueSet/languages'
const allLanguages = 'http://hl7.org/fhir/ValueSet/all-languages'

/** https://hl7.org/fhir/R4/terminologies.html#strength: required refuses, extensible warns, the rest only recommend. */
export function checkBinding({ strength, valueSet }: ElementBinding, type: string): Check | undefined {
  const name = valueSet.replace(/\|.*/, '')
  // What R4 recommends of languages ends where they are no language tags: its maxValueSet says so of codes, not of words.
  if (name === languages && strength !== 'required') {
    const check = checkBinding({ strength: 'required', valueSet: allLanguages }, type)
    return (value, place) => {
      if (type !== 'CodeableConcept' || (isNode(value) && value.coding !== undefined)) check?.(value, place)
    }
  }
  if (strength !== 'required' && strength !== 'extensible') return undefined
  const required = strength === 'required'
  const tell = (place: Place, what: string) => {
    if (required) place.refuse('code-invalid', `${what} of the value set ${name}; use one of those.`)
    else place.warn('code-invalid', `${what} of the value set ${name}; use one of those where one fits.`)
  }
  const accepts = (codes: CodeSet, coding: unknown) => {
    if (!isNode(coding) || typeof coding.code !== 'string') return false
    return typeof coding.system === 'string' && codes.has(coding.system, coding.code)
  }
  if (textTypes.has(type)) {
    return (value, place) => {
      if (typeof value !== 'string') return
      if (place.known.codes(valueSet)?.has(undefined, value) === false)
        tell(place, 'must be one of the codes')
    }
  }
  if (type === 'Coding' || quantityTypes.has(type)) {
    return (value, place) => {
      if (!isNode(value) || value.code === undefined) return
      const codes = place.known.codes(valueSet)
      if (codes !== undefined && !accepts(codes, value)) tell(place, 'must hold system and code')
    }
  }
  if (type !== 'CodeableConcept') return undefined
  return (value, place) => {
    if (!isNode(value)) return
    const codes = place.known.codes(valueSet)
    if (codes === undefined) return
    const codings = Array.isArray(value.coding) ? (value.coding as unknown[]) : []
    if (codings.length === 0 && !required) return
    if (!codings.some((coding) => accepts(codes, coding))) tell(place, 'must have a coding')
  }
}

/** Nothing can stand for a code where one of a value set is required. */
export const mustHaveCode: Check = (_, place) =>
  place.refuse('code-invalid', 'must have a code: the element is bound to those of a value set.')

/** A code that its own code system does not have, whatever the binding says. */
export const checkCoding: Check = (value, place) => {
  if (!isNode(value) || typeof value.system !== 'string' || typeof value.code !== 'string') return
  const system = place.known.codeSystem(value.system)
  if (system !== undefined && !system.has(value.code))
    place.refuse('code-invalid', 'has a code that its code system does not have; check both.')
}
