import { Refusal } from '#fhir/refusal.ts'
import { decodePart } from './target.ts'

export type QueryPairs = readonly (readonly [name: string, value: string])[]

const none: QueryPairs = []

/** More pairs than any honest search has; each of them costs a parse and perhaps a clause. */
const maxPairs = 1000

/** application/x-www-form-urlencoded, of a URL's query or a _search body: pairs in the order sent. */
export function parseQuery(text: string, place: 'query' | 'body'): QueryPairs {
  if (text === '') return none
  const parts = text.split('&', maxPairs + 1)
  if (parts.length > maxPairs) {
    throw new Refusal(
      'too-costly',
      `The ${place} has more than ${maxPairs} parameters: send fewer, or several requests.`,
    )
  }
  const pairs: [string, string][] = []
  for (const part of parts) {
    if (part === '') continue
    const spaced = part.indexOf('+') < 0 ? part : part.replaceAll('+', ' ')
    const equals = spaced.indexOf('=')
    const name = decodePart(
      equals < 0 ? spaced : spaced.slice(0, equals),
      `name of a parameter in the ${place}`,
    )
    const value =
      equals < 0 ? '' : decodePart(spaced.slice(equals + 1), `value of a parameter in the ${place}`)
    pairs.push([name, value])
  }
  return pairs
}
