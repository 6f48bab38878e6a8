import type { SearchKind, SearchParameter } from '../definitions.ts'
import { Refusal } from '../refusal.ts'
import type { Modifier } from '../search-query.ts'

/** https://hl7.org/fhir/R4/search.html#modifiers; `:missing` and `:[type]` are dealt with where names are read. */
const modifiersOf: Readonly<Record<SearchKind, readonly Modifier[]>> = {
  string: ['exact', 'contains'],
  token: ['text', 'not', 'in', 'not-in', 'above', 'below', 'of-type'],
  reference: ['identifier'],
  uri: ['above', 'below'],
  date: [],
  number: [],
  quantity: [],
  composite: [],
  special: [],
}

/** A modifier that is not understood must be refused, whatever the handling: it would change what the search means. */
export function checkModifier(parameter: SearchParameter, modifier: string, expression: string): Modifier {
  const allowed = modifiersOf[parameter.kind]
  const fits =
    (allowed as readonly string[]).includes(modifier) &&
    (modifier !== 'of-type' || parameter.dataTypes.includes('Identifier'))
  if (!fits) {
    const known = ['missing', ...allowed].map((name) => `:${name}`).join(', ')
    throw new Refusal(
      'invalid',
      `"${parameter.code}" is a ${parameter.kind} parameter and does not take :${modifier}; it takes ${known}.`,
      { expression },
    )
  }
  return modifier as Modifier
}
