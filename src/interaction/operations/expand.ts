import { normalizeText } from '#fhir/normalize-text.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Concept } from '#fhir/terminology/value-set.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { loadNamedValueSet, type NamedValueSet } from './named-value-set.ts'
import { loadOperationDefinition } from './operation-definition.ts'

/** About a megabyte of answer; longer lists are read by pages. */
const mostAtOnce = 10_000

/** https://hl7.org/fhir/R4/valueset-operation-expand.html */
export function createExpand({ clock, validator }: Pick<RoadParts, 'clock' | 'validator'>): Operation {
  return {
    definition: loadOperationDefinition('value-set-expand'),
    invoke: async (call) => expand(call, await loadNamedValueSet(call, validator), clock()),
  }
}

function expand(
  { parameters }: OperationCall,
  { valueSet, terminology }: NamedValueSet,
  now: Date,
): FhirResponse {
  const filter = parameters.get('filter')?.[0] as string | undefined
  const activeOnly = parameters.get('activeOnly')?.[0] === true
  const offset = readNumber(parameters, 'offset') ?? 0
  const count = readNumber(parameters, 'count')
  let concepts = terminology.listOf(valueSet)
  if (activeOnly) concepts = concepts.filter(({ inactive }) => inactive !== true)
  if (filter !== undefined) concepts = concepts.filter(matching(filter))
  if (count === undefined && concepts.length - offset > mostAtOnce)
    throw new Refusal(
      'too-costly',
      `The ValueSet has ${concepts.length} codes: ask for pages of at most ${mostAtOnce} with "count" and "offset", or narrow it with "filter".`,
      { expression: 'count' },
    )
  const page = concepts.slice(offset, offset + Math.min(count ?? mostAtOnce, mostAtOnce))
  const { compose: _, ...head } = valueSet
  const used = ['filter', 'offset', 'count', 'activeOnly'].flatMap((name) => describe(name, parameters))
  return {
    status: 200,
    body: JSON.stringify({
      ...head,
      expansion: {
        timestamp: now.toISOString(),
        total: concepts.length,
        offset,
        ...(used.length > 0 && { parameter: used }),
        ...(page.length > 0 && { contains: page }),
      },
    }),
  }
}

/** Each word of the filter stands somewhere in the display, or in the code. */
function matching(filter: string): (concept: Concept) => boolean {
  const words = normalizeText(filter).split(' ')
  return ({ code, display = '' }) => {
    const text = normalizeText(`${display} ${code}`)
    return words.every((word) => text.includes(word))
  }
}

function readNumber(parameters: OperationCall['parameters'], name: string): number | undefined {
  const value = parameters.get(name)?.[0] as number | undefined
  if (value === undefined || value >= 0) return value
  throw new Refusal('value', `"${name}" must be 0 or more.`, { expression: name })
}

function describe(name: string, parameters: OperationCall['parameters']): object[] {
  const value = parameters.get(name)?.[0]
  if (value === undefined) return []
  if (typeof value === 'string') return [{ name, valueString: value }]
  return [typeof value === 'number' ? { name, valueInteger: value } : { name, valueBoolean: value }]
}
