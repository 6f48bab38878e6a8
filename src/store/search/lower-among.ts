import type { SearchParameter } from '#fhir/definitions.ts'
import type { ChainTarget, Modifier, SearchValue } from '#fhir/search-query.ts'
import { layoutOf } from './layout.ts'
import { allTermsOf } from './lower-led.ts'
import { lowerParameter } from './lower-parameter.ts'
import { allOf, type Lowering, never } from './lowering.ts'

/** Criteria on a list in which some people are hidden from the caller: of patients and relatives only `people` are there. */

const personTypes: ReadonlySet<string> = new Set(['Patient', 'RelatedPerson'])
const person = /(?:^|\/)((?:Patient|RelatedPerson)\/[^/]+)(?:\/_history\/.*)?$/

export function lowerAmong(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  modifier: Modifier | undefined,
  values: readonly SearchValue[],
  people: readonly string[],
): string {
  // Whose identifier it is cannot be told.
  if (modifier !== undefined && modifier !== 'not') return never
  const told = values.flatMap((value): SearchValue[] => {
    if (value.kind !== 'reference') return []
    const references = value.references.filter((reference) => isTold(reference, people))
    return references.length === 0 ? [] : [{ ...value, references }]
  })
  return told.length === 0 ? never : lowerParameter(lowering, alias, parameter, undefined, told)
}

export function presentAmong(
  lowering: Lowering,
  alias: string,
  parameter: SearchParameter,
  people: readonly string[],
): string {
  const layout = layoutOf(parameter)
  if (layout.shape !== 'references') return never
  const term = lowering.alias()
  return `(EXISTS (SELECT FROM unnest(${allTermsOf(alias, layout)}) ${term} WHERE ${namesNobodyElse(lowering, term, people)}))`
}

/** A condition on one reference of such a list. */
export function namesNobodyElse(lowering: Lowering, reference: string, people: readonly string[]): string {
  return `(${reference} !~ '^#|(^|/)(Patient|RelatedPerson)/' OR ${reference} = ANY(${lowering.bind(people)}))`
}

export function targetsAmong(
  targets: readonly ChainTarget[],
  people: readonly string[] | undefined,
): readonly ChainTarget[] {
  if (people === undefined) return targets
  return targets.map((target) =>
    personTypes.has(target.type)
      ? { ...target, where: [{ kind: 'id', ids: idsOf(target.type, people) }, ...target.where] }
      : target,
  )
}

/** For the other direction: nobody is found by a list in which the caller is not shown them. */
export function among(
  lowering: Lowering,
  type: string,
  alias: string,
  people: readonly string[] | undefined,
  condition: () => string,
): string {
  if (people === undefined || !personTypes.has(type)) return condition()
  return allOf([lowering.lower(type, alias, { kind: 'id', ids: idsOf(type, people) }), condition()])
}

function isTold(reference: string, people: readonly string[]): boolean {
  const named = person.exec(reference)?.[1]
  return named === undefined || people.includes(named)
}

function idsOf(type: string, people: readonly string[]): readonly string[] {
  return people.filter((one) => one.startsWith(`${type}/`)).map((one) => one.slice(type.length + 1))
}
