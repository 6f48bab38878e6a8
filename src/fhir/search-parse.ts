import type { Definitions } from './definitions.ts'
import { Refusal } from './refusal.ts'
import { limits, tooCostly } from './search/limits.ts'
import { type ClauseOptions, openContext, type ParseContext, type Place } from './search/parse-context.ts'
import { parseCriterion } from './search/parse-criterion.ts'
import { parseChoice, parseCount, parseIncludes, parseSort } from './search/parse-results.ts'
import type { Clause, Include, SearchQuery, SortKey } from './search-query.ts'

export type SearchPairs = readonly (readonly [name: string, value: string])[]

export interface ParseOptions extends ClauseOptions {
  /** `Prefer: handling=strict`: refuse what lenient handling leaves out. */
  readonly strict: boolean
  readonly count: { readonly default: number; readonly most: number }
}

export interface ParsedSearch {
  readonly query: SearchQuery
  /** What the self link says: the pairs as sent, without those ignored. */
  readonly applied: SearchPairs
  readonly ignored: readonly { readonly name: string; readonly reason: string }[]
  readonly summary?: 'true' | 'text' | 'data' | 'count'
  readonly elements?: readonly string[]
}

/**
 * https://hl7.org/fhir/R4/search.html. `types`: one for a search on a type, none at system level, where `_type`
 * chooses and all types are meant without it.
 */
export function parseSearch(
  definitions: Definitions,
  types: readonly string[],
  pairs: SearchPairs,
  options: ParseOptions,
): ParsedSearch {
  const context = openContext(definitions, options)
  const reading = new Reading(context, types.length > 0 ? types : readTypes(definitions, pairs), options)
  const applied: (readonly [string, string])[] = []
  const ignored: { name: string; reason: string }[] = []
  for (const pair of pairs) {
    const reason = reading.read(pair[0], pair[1], types.length === 0)
    if (reason === undefined) applied.push(pair)
    else ignored.push({ name: pair[0], reason })
  }
  return { ...reading.finish(), applied, ignored }
}

/** Criteria alone, as access rules and conditional interactions state them; whatever shapes an answer is refused. */
export function parseClauses(
  definitions: Definitions,
  type: string,
  pairs: SearchPairs,
  options: ClauseOptions,
): readonly Clause[] {
  const context = openContext(definitions, options)
  return pairs.map(([name, value]) => {
    if (shaping.has(nameOf(name))) {
      throw new Refusal('invalid', `"${name}" chooses no resources.`, { expression: name })
    }
    return parseCriterion(context, [type], name, value, { depth: 0, expression: name })
  })
}

const shaping: ReadonlySet<string> = new Set([
  '_format',
  '_pretty',
  '_summary',
  '_elements',
  '_count',
  '_sort',
  '_total',
  '_include',
  '_revinclude',
  '_contained',
  '_containedType',
  '_type',
])

function nameOf(name: string): string {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(0, colon)
}

function readTypes(definitions: Definitions, pairs: SearchPairs): readonly string[] {
  const chosen = pairs
    .filter(([name, value]) => name === '_type' && value !== '')
    .map(([, value]) => value.split(','))
  const [first, ...others] = chosen
  if (first === undefined) return definitions.resourceTypes
  const types = [...new Set(first)].filter(
    (type) => type !== '' && others.every((list) => list.includes(type)),
  )
  for (const type of types)
    if (!definitions.isResourceType(type)) {
      throw new Refusal('value', '"_type" takes the names of resource types, with commas between.', {
        expression: '_type',
      })
    }
  return types
}

/** One search being read, parameter by parameter. */
class Reading {
  readonly #context: ParseContext
  readonly #types: readonly string[]
  readonly #options: ParseOptions
  readonly #where: Clause[] = []
  readonly #includes: Include[] = []
  #sort: readonly SortKey[] = []
  #count: number
  #total: SearchQuery['total'] = 'none'
  #summary: ParsedSearch['summary'] | 'false'
  #elements: string[] | undefined

  constructor(context: ParseContext, types: readonly string[], options: ParseOptions) {
    this.#context = context
    this.#types = types
    this.#options = options
    this.#count = options.count.default
  }

  /** Why the parameter was left out; undefined when it was taken. */
  read(name: string, value: string, atSystem: boolean): string | undefined {
    try {
      if (value === '') {
        throw new Refusal('not-supported', `"${name.slice(0, 64)}" has no value.`, { expression: name })
      }
      this.#take(name, value, atSystem)
      return undefined
    } catch (error) {
      if (this.#options.strict || !(error instanceof Refusal) || error.kind !== 'not-supported') throw error
      return error.message
    }
  }

  #take(name: string, value: string, atSystem: boolean): void {
    const place: Place = { depth: 0, expression: name }
    if (!shaping.has(nameOf(name))) {
      this.#where.push(parseCriterion(this.#context, this.#types, name, value, place))
      return
    }
    switch (nameOf(name)) {
      case '_format':
      case '_pretty':
        return
      case '_sort':
        this.#sort = parseSort(this.#context, this.#types, value, place)
        return
      case '_count':
        this.#count = parseCount(value, this.#options.count.most, place)
        return
      case '_total':
        this.#total = parseChoice(value, ['none', 'estimate', 'accurate'], place)
        return
      case '_summary':
        this.#summary = parseChoice(value, ['true', 'text', 'data', 'count', 'false'], place)
        return
      case '_elements':
        this.#elements = [...(this.#elements ?? []), ...value.split(',').filter((element) => element !== '')]
        return
      case '_include':
      case '_revinclude':
        this.#takeIncludes(name, value, place)
        return
      case '_type':
        if (atSystem) return
        throw new Refusal('not-supported', '"_type" is for searches over all types.', { expression: name })
      default:
        if (name === '_contained' && value === 'false') return
        throw new Refusal('not-supported', 'Contained resources are not searched.', { expression: name })
    }
  }

  #takeIncludes(name: string, value: string, place: Place): void {
    for (const one of value.split(','))
      this.#includes.push(...parseIncludes(this.#context, this.#types, name, one, place))
    const named = this.#includes.filter(({ parameter }) => parameter !== '*').length
    if (named > limits.includes) {
      throw tooCostly(`A search may have ${limits.includes} includes.`, place.expression)
    }
  }

  finish(): Pick<ParsedSearch, 'query' | 'summary' | 'elements'> {
    const summary = this.#summary === 'false' ? undefined : this.#summary
    const counted = summary === 'count' || this.#count === 0
    return {
      query: {
        types: this.#types,
        where: this.#where,
        sort: this.#sort,
        count: counted ? 0 : this.#count,
        total: counted ? 'accurate' : this.#total,
        includes: counted ? [] : this.#includes,
      },
      ...(summary === undefined ? {} : { summary }),
      ...(this.#elements === undefined ? {} : { elements: this.#elements }),
    }
  }
}
