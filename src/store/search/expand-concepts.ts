import { Refusal } from '#fhir/refusal.ts'
import type { Clause, SearchQuery, SearchValue } from '#fhir/search-query.ts'
import type { TerminologyQuestion } from '#fhir/terminology/gather-terminology.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import type { Concept, ValueSet } from '#fhir/terminology/value-set.ts'

export interface Shelf {
  /** What is known of these, shipped or stored by the clinic. */
  readonly gather: (question: TerminologyQuestion) => Promise<Terminology>
  /** By its id, for those who may read it. */
  readonly valueSetAt: (id: string) => Promise<ValueSet | undefined>
}

/** Enough for any list that a clinic's search names; SNOMED's larger sets need a terminology server. */
const conceptLimit = 10_000

/** `:in`, `:not-in`, `:above` and `:below` of tokens become the codes that they stand for. */
export async function expandConcepts(query: SearchQuery, shelf: Shelf): Promise<SearchQuery> {
  return { ...query, where: await Promise.all(query.where.map((clause) => expand(clause, shelf))) }
}

const conceptModifiers: ReadonlySet<string | undefined> = new Set(['in', 'not-in', 'above', 'below'])

export function namesConcepts(clause: Clause): boolean {
  switch (clause.kind) {
    case 'param':
      return clause.parameter.kind === 'token' && conceptModifiers.has(clause.modifier)
    case 'chain':
      return clause.targets.some(({ where }) => where.some(namesConcepts))
    case 'has':
      return clause.where.some(namesConcepts)
    case 'and':
    case 'or':
      return clause.clauses.some(namesConcepts)
    case 'not':
      return namesConcepts(clause.clause)
    default:
      return false
  }
}

async function expand(clause: Clause, shelf: Shelf): Promise<Clause> {
  if (!namesConcepts(clause)) return clause
  const all = (clauses: readonly Clause[]) => Promise.all(clauses.map((one) => expand(one, shelf)))
  switch (clause.kind) {
    case 'param': {
      const { modifier, parameter } = clause
      const lists = await Promise.all(
        clause.values.map((value) => conceptsOf(value, modifier as string, parameter.code, shelf)),
      )
      const values = lists.flat()
      if (values.length > conceptLimit) {
        throw new Refusal('too-costly', `The codes asked for are more than ${conceptLimit}.`, {
          expression: parameter.code,
        })
      }
      return modifier === 'not-in'
        ? { kind: 'param', parameter, modifier: 'not', values }
        : { kind: 'param', parameter, values }
    }
    case 'chain':
      return {
        ...clause,
        targets: await Promise.all(
          clause.targets.map(async ({ type, where }) => ({ type, where: await all(where) })),
        ),
      }
    case 'has':
      return { ...clause, where: await all(clause.where) }
    case 'and':
    case 'or':
      return { ...clause, clauses: await all(clause.clauses) }
    case 'not':
      return { ...clause, clause: await expand(clause.clause, shelf) }
    default:
      return clause
  }
}

async function conceptsOf(
  value: SearchValue,
  modifier: string,
  expression: string,
  shelf: Shelf,
): Promise<readonly SearchValue[]> {
  if (value.kind === 'uri') {
    const concepts = await listOf(value.uri, shelf)
    if (concepts === undefined) {
      throw new Refusal('not-supported', `The ValueSet ${value.uri.slice(0, 200)} is not held here.`, {
        expression,
      })
    }
    return concepts.map(({ system, code }) => ({
      kind: 'token',
      ...(system === undefined ? {} : { system }),
      code,
    }))
  }
  const { system, code } = value as SearchValue & { kind: 'token' }
  if (!system || code === undefined) {
    throw new Refusal('value', `":${modifier}" takes system|code: a code alone has no hierarchy.`, {
      expression,
    })
  }
  const terminology = await shelf.gather({ codeSystems: [system] })
  const codes = modifier === 'below' ? terminology.below(system, code) : terminology.above(system, code)
  if (codes === undefined) {
    throw new Refusal('not-supported', `The CodeSystem ${system.slice(0, 200)} is not held here.`, {
      expression,
    })
  }
  return codes.map((one) => ({ kind: 'token', system, code: one }))
}

/** R4: `ValueSet/123` is where it lies, anything else its canonical URL. */
async function listOf(uri: string, { gather, valueSetAt }: Shelf): Promise<readonly Concept[] | undefined> {
  const id = /^ValueSet\/([A-Za-z0-9\-.]{1,64})$/.exec(uri)?.[1]
  if (id === undefined) return (await gather({ valueSets: [uri] })).expand(uri)
  const inline = await valueSetAt(id)
  return inline && (await gather({ inline })).listOf(inline)
}
