import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import type { Clause, Viewer } from '#fhir/search-query.ts'
import { layoutOf } from './layout.ts'
import { among, lowerAmong, presentAmong, targetsAmong } from './lower-among.ts'
import { lowerChain, lowerHas, lowerList } from './lower-link.ts'
import { lowerParameter, presenceOf } from './lower-parameter.ts'
import { anyOf, type Lowering, never, noneOf } from './lowering.ts'
import { updatedPredicate } from './range-predicates.ts'
import { wordQuery } from './word-query.ts'

/** `values` is the caller's list: what stands in it already keeps its number. */
export function openLowering(
  definitions: Definitions,
  viewer: Viewer,
  values: unknown[],
  shipped = true,
): Lowering {
  return new Statement(definitions, viewer, values, shipped)
}

class Statement implements Lowering {
  readonly definitions: Definitions
  readonly shipped: boolean
  readonly #viewer: Viewer | undefined
  readonly #values: unknown[]
  readonly #names: { count: number }
  readonly bind: (value: unknown) => string

  constructor(
    definitions: Definitions,
    viewer: Viewer | undefined,
    values: unknown[],
    shipped: boolean,
    names: { count: number } = { count: 0 },
  ) {
    this.definitions = definitions
    this.shipped = shipped
    this.#viewer = viewer
    this.#values = values
    this.#names = names
    this.bind = (value) => `$${values.push(value)}`
  }

  alias(): string {
    this.#names.count += 1
    return `t${this.#names.count}`
  }

  visible(type: string, alias: string): string | undefined {
    const reach = this.#viewer === undefined ? 'all' : this.#viewer.visible(type)
    if (reach === 'all') return undefined
    if (reach === 'nothing') return never
    return this.#unveiled().lower(type, alias, reach)
  }

  told(type: string, alias: string, parameter: SearchParameter, condition: () => string): string {
    return this.#where(this.#viewer?.veil?.(type)?.tells(parameter) ?? 'all', type, alias, condition)
  }

  #listed(): readonly string[] | undefined {
    const item = this.definitions.searchParameter('List', 'item')
    return item === undefined ? undefined : this.people('List', item)
  }

  people(type: string, parameter: SearchParameter): readonly string[] | undefined {
    return this.#viewer?.veil?.(type)?.people(parameter)
  }

  /** What is hidden from the caller is as if it were not there. */
  #where(reach: 'all' | 'nothing' | Clause, type: string, alias: string, condition: () => string): string {
    if (reach === 'all') return condition()
    if (reach === 'nothing') return never
    return `(${this.#unveiled().lower(type, alias, reach)} AND ${condition()})`
  }

  /** What a rule itself looks at is for the rule's sake and not shown: no rule within the rule. */
  #unveiled(): Statement {
    return new Statement(this.definitions, undefined, this.#values, this.shipped, this.#names)
  }

  lower(type: string, alias: string, clause: Clause): string {
    switch (clause.kind) {
      case 'param': {
        const parameter = this.#parameterOf(type, clause.parameter)
        if (parameter === undefined) return never
        const { modifier, values } = clause
        const negative = modifier === 'not' || modifier === 'not-in'
        const people = this.people(type, parameter)
        const condition = this.told(type, alias, parameter, () =>
          people === undefined
            ? lowerParameter(this, alias, parameter, negative ? undefined : modifier, values)
            : lowerAmong(this, alias, parameter, modifier, values, people),
        )
        return negative ? noneOf(condition) : condition
      }
      case 'missing': {
        const parameter = this.#parameterOf(type, clause.parameter)
        if (parameter === undefined) return clause.missing ? 'TRUE' : never
        const people = this.people(type, parameter)
        const present = this.told(type, alias, parameter, () =>
          people === undefined ? presenceOf(alias, parameter) : presentAmong(this, alias, parameter, people),
        )
        return clause.missing ? `NOT ${present.startsWith('(') ? present : `(${present})`}` : present
      }
      case 'id':
        return clause.ids.length === 1
          ? `${alias}.id = ${this.bind(clause.ids[0])}`
          : `${alias}.id = ANY(${this.bind(clause.ids)})`
      case 'last-updated':
        return updatedPredicate(this.bind, `${alias}.updated`, clause.value)
      case 'chain': {
        const parameter = this.#parameterOf(type, clause.parameter)
        if (parameter === undefined) return never
        const targets = targetsAmong(clause.targets, this.people(type, parameter))
        return this.told(type, alias, parameter, () => lowerChain(this, alias, parameter, targets))
      }
      case 'has':
        return among(this, type, alias, this.people(clause.type, clause.parameter), () =>
          lowerHas(this, type, alias, clause),
        )
      case 'list':
        return among(this, type, alias, this.#listed(), () => lowerList(this, type, alias, clause.listId))
      case 'text':
        return this.#where(this.#viewer?.veil?.(type)?.words ?? 'all', type, alias, () =>
          this.#lowerText(type, alias, clause.scope, clause.query),
        )
      case 'and':
        return clause.clauses.length === 0
          ? 'TRUE'
          : `(${clause.clauses.map((part) => this.lower(type, alias, part)).join(' AND ')})`
      case 'or':
        return anyOf(clause.clauses.map((part) => this.lower(type, alias, part)))
      case 'not':
        return noneOf(this.lower(type, alias, clause.clause))
    }
  }

  /** The same parameter as this type sees it: a search over several types has them read for the first one. */
  #parameterOf(type: string, parameter: (Clause & { kind: 'param' })['parameter']) {
    return parameter.type === type ? parameter : this.definitions.searchParameter(type, parameter.code)
  }

  #lowerText(type: string, alias: string, scope: 'narrative' | 'content', text: string): string {
    const query = this.bind(wordQuery(text))
    const narrative = this.definitions.searchParameter(type, '_text')
    if (scope === 'narrative') {
      const layout = narrative === undefined ? undefined : layoutOf(narrative)
      return layout?.shape === 'words' ? `${alias}.${layout.column} @@ ${query}::tsquery` : never
    }
    return `to_tsvector('simple', (${wordsIn(`${alias}.content`)})) @@ ${query}::tsquery`
  }
}

/**
 * All texts of a resource, cleaned of markup, accents and signs, so that words are cut as `wordQuery` cuts them. Done
 * at query time: few ask, and every write would pay. A tsvector holds 1 MB.
 */
function wordsIn(content: string): string {
  const texts = `SELECT string_agg(texts #>> '{}', ' ') FROM jsonb_path_query(${content}, 'strict $.**') texts WHERE jsonb_typeof(texts) = 'string'`
  const plain = `regexp_replace(left((${texts}), 300000), '<[^>]*>', ' ', 'g')`
  const unmarked = `regexp_replace(normalize(lower(${plain}), NFKD), '[\\u0300-\\u036f]', '', 'g')`
  return `regexp_replace(${unmarked}, '[^[:alnum:]]+', ' ', 'g')`
}
