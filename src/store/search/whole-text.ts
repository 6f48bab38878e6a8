import type { Definitions, SearchParameter } from '#fhir/definitions.ts'

/** Data types whose strings a string parameter takes together: what a part of them holds, the whole holds too. */
const wholes = new Set(['HumanName', 'Address'])
/** Of these a token parameter may take some: `telecom.where(system='email')`. */
const contact = 'ContactPoint'

const known = new WeakMap<SearchParameter, SearchParameter | undefined>()

/**
 * The parameter that holds every value of this one: `name` for `family`, `address` for `address-city`, `telecom` for
 * `email`. The whole's index finds the rows of the part as well, so that a write pays for the letters of a name once
 * (docs/decisions/0005-one-term-index-a-table.md).
 */
export function wholeOf(definitions: Definitions, parameter: SearchParameter): SearchParameter | undefined {
  if (parameter.kind !== 'string' && parameter.kind !== 'token') return undefined
  if (known.has(parameter)) return known.get(parameter)
  const whole = definitions
    .searchParameters(parameter.type)
    .find(
      (other) => other.kind === parameter.kind && other.code !== parameter.code && holds(other, parameter),
    )
  known.set(parameter, whole)
  return whole
}

function holds(whole: SearchParameter, part: SearchParameter): boolean {
  return part.kind === 'token' ? holdsContacts(whole, part) : holdsTexts(whole, part)
}

function holdsContacts(whole: SearchParameter, part: SearchParameter): boolean {
  const areContacts = ({ dataTypes }: SearchParameter) => dataTypes.every((type) => type === contact)
  return areContacts(whole) && areContacts(part) && part.expression.startsWith(`${whole.expression}.where(`)
}

function holdsTexts(whole: SearchParameter, part: SearchParameter): boolean {
  const paths = whole.expression.split('|').map((path) => path.trim())
  const mixed = whole.dataTypes.every((type) => wholes.has(type))
  // Of two that hold the same, the shorter name is the whole.
  const named = whole.code.length < part.code.length
  return part.expression.split('|').every((arm) => {
    const path = arm.trim()
    return paths.some(
      (other) => (named && other === path) || (mixed && simple.test(path) && path.startsWith(`${other}.`)),
    )
  })
}

const simple = /^[A-Za-z.]+$/
