import type { QueryPairs } from './address/query.ts'
import type { FhirRequest } from './exchange.ts'

/** Operations that ask as a search does: what they are asked is recorded as its criteria are. */
const searching = new Set(['find'])

/** An event for each patient asks again. */
const known = new WeakMap<FhirRequest, QueryPairs>()

/** Of the URL, and of the Parameters that an operation gets in its body. */
export function askedParameters(request: FhirRequest): QueryPairs {
  const { query, operation, body } = request
  if (operation === undefined || !searching.has(operation) || body === undefined) return query
  let asked = known.get(request)
  if (asked === undefined) {
    asked = [...query, ...pairsOf(body.json)]
    known.set(request, asked)
  }
  return asked
}

function pairsOf(parameters: unknown): QueryPairs {
  const { parameter } = (parameters ?? {}) as { parameter?: unknown }
  if (!Array.isArray(parameter)) return []
  return parameter.flatMap((item: unknown) => {
    const members = Object.entries(item ?? {})
    const name = members.find(([member]) => member === 'name')?.[1]
    const value = members.find(([member]) => member.startsWith('value'))?.[1]
    return typeof name === 'string' && value !== undefined ? [[name, textOf(value)] as const] : []
  })
}

/** As a search writes it. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (JSON.isRawJSON(value)) return value.rawJSON
  const { reference, coding, system, code, value: identifier } = value as Record<string, unknown>
  if (typeof reference === 'string') return reference
  if (Array.isArray(coding)) return coding.map(textOf).join(',')
  const named = code ?? identifier
  if (typeof named !== 'string') return JSON.stringify(value)
  return typeof system === 'string' ? `${system}|${named}` : named
}
