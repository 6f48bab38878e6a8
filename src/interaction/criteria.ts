import { Refusal } from '#fhir/refusal.ts'
import { parseQuery } from './address/query.ts'
import type { FhirRequest } from './exchange.ts'

export type Criteria = readonly (readonly [name: string, value: string])[]

/** Parameters that shape an answer; they choose nothing. */
const shaping = new Set(['_format', '_pretty', '_summary', '_elements'])

/** The criteria of a conditional create, update, patch or delete; undefined when the request is none of these. */
export function readCriteria(request: FhirRequest): Criteria | undefined {
  const { interaction, headers } = request
  if (interaction === 'create') {
    return headers.ifNoneExist === undefined
      ? undefined
      : checkChosen(parseIfNoneExist(headers.ifNoneExist), 'If-None-Exist')
  }
  if (interaction !== 'update' && interaction !== 'patch' && interaction !== 'delete') return undefined
  return checkChosen(request.query, 'The URL')
}

function parseIfNoneExist(header: string): Criteria {
  return parseQuery(header.slice(header.indexOf('?') + 1), 'query')
}

/** Without this a forgotten query, or a variable that was empty, would hit resources that nobody meant. */
function checkChosen(pairs: Criteria, where: string): Criteria {
  const criteria = pairs.filter(([name]) => !shaping.has(name))
  if (criteria.length === 0) {
    throw new Refusal(
      'required',
      `${where} must name the resource: an id, or search criteria such as identifier=system|value.`,
    )
  }
  const empty = criteria.find(([, value]) => value === '')
  if (empty !== undefined) {
    throw new Refusal('value', 'A criterion of a conditional request must have a value.', {
      expression: empty[0],
    })
  }
  return criteria
}
