import { normalizeText } from '#fhir/normalize-text.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Coding } from '#fhir/resource.ts'
import { type Concept, shorten } from '#fhir/terminology/value-set.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { loadNamedValueSet, type NamedValueSet } from './named-value-set.ts'
import { loadOperationDefinition } from './operation-definition.ts'

/** https://hl7.org/fhir/R4/valueset-operation-validate-code.html */
export function createValidateCode({ validator }: Pick<RoadParts, 'validator'>): Operation {
  return {
    definition: loadOperationDefinition('value-set-validate-code'),
    async invoke(call) {
      const codings = readCodings(call.parameters)
      const named = await loadNamedValueSet(call, validator)
      const contains = membership(named)
      return tellVerdict(codings.map((coding) => judge(coding, named, contains)))
    },
  }
}

export interface Verdict {
  readonly result: boolean
  readonly message?: string
  readonly display?: string
}

export function tellVerdict(verdicts: readonly Verdict[]): FhirResponse {
  // Of a concept with several codings one is enough.
  const verdict = verdicts.find(({ result }) => result) ?? verdicts[0] ?? { result: false, message: noCoding }
  const parameter = [
    { name: 'result', valueBoolean: verdict.result },
    ...(verdict.message === undefined ? [] : [{ name: 'message', valueString: verdict.message }]),
    ...(verdict.display === undefined ? [] : [{ name: 'display', valueString: verdict.display }]),
  ]
  return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) }
}

const noCoding = 'The concept has no coding with a code.'

type Member = (coding: Coding) => Concept | undefined

/** Sets that are told by form have no list; any other is a list, or a Refusal says why there is none. */
function membership(named: NamedValueSet): Member {
  const codes = named.codes()
  if (codes === undefined) {
    const concepts = named.terminology.listOf(named.valueSet)
    return ({ system, code }) =>
      concepts.find((one) => one.code === code && (system === undefined || one.system === system))
  }
  return ({ system, code = '' }) => {
    if (!codes.has(system, code)) return undefined
    const holder = system ?? codes.systems.find((one) => codes.has(one, code))
    return { code, ...(holder !== undefined && { system: holder }) }
  }
}

function judge(coding: Coding, named: NamedValueSet, contains: Member): Verdict {
  const { valueSet, terminology } = named
  const { system, code = '', display } = coding
  const member = contains(coding)
  const shown = system === undefined ? code : `${system}|${code}`
  if (member === undefined) {
    const held = system === undefined ? undefined : terminology.codeSystem(system)
    const unknown = held !== undefined && !held.has(code)
    const why = unknown ? `there is no such code in ${held.name}` : 'it is none of its codes'
    const name = valueSet.title ?? valueSet.name ?? valueSet.url ?? 'the ValueSet'
    return { result: false, message: `${shorten(shown)} is not in ${shorten(name)}: ${why}.` }
  }
  const proper = displayOf(member, named)
  const wrong =
    display !== undefined && proper !== undefined && normalizeText(display) !== normalizeText(proper)
  return {
    result: !wrong,
    ...(wrong && { message: `The display of ${shorten(shown)} is "${proper}".` }),
    ...(proper !== undefined && { display: proper }),
  }
}

function displayOf({ system, code }: Concept, { valueSet, terminology }: NamedValueSet): string | undefined {
  const listed = valueSet.compose?.include
    ?.filter((inclusion) => inclusion.system === system)
    .flatMap(({ concept = [] }) => concept)
    .find((concept) => concept.code === code)
  return listed?.display ?? (system && terminology.codeTable(system)?.entry(code)?.display)
}

export function readCodings(parameters: OperationCall['parameters']): readonly Coding[] {
  const code = parameters.get('code')?.[0] as string | undefined
  const coding = parameters.get('coding')?.[0] as Coding | undefined
  const concept = parameters.get('codeableConcept')?.[0] as { coding?: unknown } | undefined
  if ([code, coding, concept].filter((one) => one !== undefined).length !== 1)
    throw new Refusal('required', 'Give one of "code" (with "system"), "coding" and "codeableConcept".', {
      expression: ['code', 'coding', 'codeableConcept'],
    })
  if (coding !== undefined) return [checkCoding(coding, 'coding')]
  if (concept !== undefined) {
    const list = Array.isArray(concept.coding) ? concept.coding : []
    return list
      .map((one) => checkCoding(one, 'codeableConcept.coding'))
      .filter((one) => one.code !== undefined)
  }
  const system = parameters.get('system')?.[0] as string | undefined
  const display = parameters.get('display')?.[0] as string | undefined
  return [
    {
      code: code as string,
      ...(system !== undefined && { system }),
      ...(display !== undefined && { display }),
    },
  ]
}

export function checkCoding(value: unknown, expression: string): Coding {
  const { system, code, display } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  for (const [name, part] of Object.entries({ system, code, display }))
    if (part !== undefined && typeof part !== 'string')
      throw new Refusal('invalid', `A Coding's ${name} is a string.`, { expression: `${expression}.${name}` })
  return value as Coding
}
