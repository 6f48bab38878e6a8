import { compareDecimals } from '../../src/fhir/decimal.ts'
import type { Definitions, SearchParameter } from '../../src/fhir/definitions.ts'
import type {
  CompositeValue,
  DateValue,
  IndexValue,
  NumberValue,
  QuantityValue,
  TokenValue,
} from '../../src/fhir/index-values.ts'
import { normalizeText } from '../../src/fhir/normalize-text.ts'
import type {
  Clause,
  DateSearch,
  Include,
  Modifier,
  NumberSearch,
  SearchQuery,
  SearchValue,
  SortKey,
  Viewer,
} from '../../src/fhir/search-query.ts'
// Codes are ordered as they are stored, whatever signs they hold.
import { codeTerm } from '../../src/store/search/terms.ts'

/** A resource as the oracle sees it. */
export interface Indexed {
  readonly type: string
  readonly id: string
  readonly updated: number
  readonly values: ReadonlyMap<string, readonly IndexValue[]>
}

/**
 * The search language read aloud: every resource is looked at for every clause, one value at a time. Slow, without
 * columns, hulls, indexes or SQL, and short enough to be checked against the specification by eye.
 */
export class SearchOracle {
  readonly #definitions: Definitions
  readonly #resources: readonly Indexed[]
  readonly #byKey: ReadonlyMap<string, Indexed>

  constructor(definitions: Definitions, resources: readonly Indexed[]) {
    this.#definitions = definitions
    this.#resources = resources
    this.#byKey = new Map(resources.map((one) => [keyOf(one), one]))
  }

  /** Keys of all matches, in order, without regard to the page size. */
  search(query: SearchQuery, viewer: Viewer): string[] {
    return this.#resources
      .filter((one) => query.types.includes(one.type) && this.#sees(viewer, one))
      .filter((one) => query.where.every((clause) => this.#holds(one, clause, viewer)))
      .sort((a, b) => this.#compare(a, b, query.sort))
      .map(keyOf)
  }

  /** Keys of what is included with these matches, sorted. */
  include(query: SearchQuery, matches: readonly string[], viewer: Viewer): string[] {
    const found = new Set<string>()
    let frontier = matches
    for (let round = 0; frontier.length > 0; round += 1) {
      const includes = query.includes.filter(({ iterate }) => round === 0 || iterate)
      const next = new Set<string>()
      for (const key of frontier)
        for (const include of includes)
          for (const reached of this.#reach(key, include)) {
            const one = this.#byKey.get(reached)
            if (one !== undefined && this.#sees(viewer, one) && !found.has(reached)) next.add(reached)
          }
      for (const key of next) found.add(key)
      frontier = [...next]
    }
    return [...found].filter((key) => !matches.includes(key)).sort()
  }

  #reach(key: string, { reverse, type, parameter, target }: Include): string[] {
    const parameters =
      parameter === '*'
        ? this.#definitions.searchParameters(type).filter(({ kind }) => kind === 'reference')
        : [parameter]
    const [keyType = ''] = key.split('/')
    return parameters.flatMap((one) => {
      const targets = target === undefined ? one.targets : [target]
      if (!reverse) {
        const source = keyType === type ? this.#byKey.get(key) : undefined
        return source === undefined
          ? []
          : referencesOf(source, one).filter((to) => targets.includes(typeOf(to)))
      }
      if (!targets.includes(keyType)) return []
      return this.#resources
        .filter((source) => source.type === type && referencesOf(source, one).includes(key))
        .map(keyOf)
    })
  }

  #sees(viewer: Viewer, one: Indexed): boolean {
    const reach = viewer.visible(one.type)
    return reach === 'all' || (reach !== 'nothing' && this.#holds(one, reach, everything))
  }

  #holds(one: Indexed, clause: Clause, viewer: Viewer): boolean {
    switch (clause.kind) {
      case 'param': {
        const values = one.values.get(clause.parameter.code) ?? []
        const parameter = this.#definitions.searchParameter(one.type, clause.parameter.code)
        if (parameter === undefined) return false
        const { modifier } = clause
        const any = values.some((value) => clause.values.some((wanted) => matches(value, wanted, modifier)))
        return modifier === 'not' ? !any : any
      }
      case 'missing':
        return ((one.values.get(clause.parameter.code) ?? []).length === 0) === clause.missing
      case 'id':
        return clause.ids.includes(one.id)
      case 'last-updated':
        return matchesDate({ kind: 'date', start: one.updated, end: one.updated + 1 }, clause.value)
      case 'chain':
        return referencesOf(one, clause.parameter).some((key) => {
          const target = this.#byKey.get(key)
          if (target === undefined || !this.#sees(viewer, target)) return false
          return clause.targets.some(
            ({ type, where }) =>
              type === target.type && where.every((inner) => this.#holds(target, inner, viewer)),
          )
        })
      case 'has':
        return this.#resources.some(
          (source) =>
            source.type === clause.type &&
            this.#sees(viewer, source) &&
            referencesOf(source, clause.parameter).includes(keyOf(one)) &&
            clause.where.every((inner) => this.#holds(source, inner, viewer)),
        )
      case 'list': {
        const list = this.#byKey.get(`List/${clause.listId}`)
        const item = this.#definitions.searchParameter('List', 'item')
        if (list === undefined || item === undefined || !this.#sees(viewer, list)) return false
        return referencesOf(list, item).includes(keyOf(one))
      }
      case 'text': {
        const words: string[] =
          normalizeText(textsOf(one.values.get('_text') ?? []).join(' ')).match(/[\p{L}\p{N}]+/gu) ?? []
        const wanted: string[] = normalizeText(clause.query).match(/[\p{L}\p{N}]+/gu) ?? []
        return wanted.every((word) => words.includes(word))
      }
      case 'and':
        return clause.clauses.every((inner) => this.#holds(one, inner, viewer))
      case 'or':
        return clause.clauses.some((inner) => this.#holds(one, inner, viewer))
      case 'not':
        return !this.#holds(one, clause.clause, viewer)
    }
  }

  #compare(a: Indexed, b: Indexed, sort: readonly SortKey[]): number {
    for (const { parameter, descending } of sort) {
      const order =
        parameter === '_id'
          ? compareText(a.id, b.id)
          : compareKeys(sortKey(a, parameter, descending), sortKey(b, parameter, descending), descending)
      if (order !== 0) return parameter === '_id' && descending ? -order : order
    }
    const ties = compareText(a.id, b.id) || compareText(a.type, b.type)
    return sort.at(-1)?.descending ? -ties : ties
  }
}

const everything: Viewer = { tenant: '', visible: () => 'all' }

export function keyOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}/${id}`
}

function typeOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}

function referencesOf(one: Indexed, parameter: SearchParameter): string[] {
  const values = one.values.get(parameter.code) ?? []
  return values.flatMap((value) =>
    value.kind === 'reference' && value.reference !== undefined ? [value.reference] : [],
  )
}

function textsOf(values: readonly IndexValue[]): string[] {
  return values.flatMap((value) => (value.kind === 'string' ? [value.text] : []))
}

function matches(value: IndexValue, wanted: SearchValue, modifier: Modifier | undefined): boolean {
  switch (value.kind) {
    case 'token':
      return matchesToken(value, wanted, modifier)
    case 'reference':
      if (wanted.kind === 'reference') {
        return wanted.references.some((to) => to === value.reference || to === value.versioned)
      }
      return (
        modifier === 'identifier' &&
        value.identifier !== undefined &&
        matchesToken(
          {
            kind: 'token',
            ...(value.identifier.system === undefined ? {} : { system: value.identifier.system }),
            ...(value.identifier.value === undefined ? {} : { code: value.identifier.value }),
          },
          wanted,
          undefined,
        )
      )
    case 'string':
      return wanted.kind === 'string' && matchesString(value.text, wanted.text, modifier)
    case 'uri':
      return wanted.kind === 'uri' && matchesUri(value.uri, wanted.uri, modifier)
    case 'date':
      return wanted.kind === 'date' && matchesDate(value, wanted)
    case 'number':
      return wanted.kind === 'number' && matchesNumber(value, wanted)
    case 'quantity':
      return wanted.kind === 'quantity' && matchesQuantity(value, wanted)
    case 'composite':
      if (wanted.kind === 'near') return matchesNear(value, wanted)
      return (
        wanted.kind === 'composite' &&
        wanted.components.every((part, place) =>
          (value.components[place] ?? []).some((own) => matches(own, part, undefined)),
        )
      )
  }
}

function matchesToken(value: TokenValue, wanted: SearchValue, modifier: Modifier | undefined): boolean {
  if (modifier === 'text') {
    return (
      wanted.kind === 'string' &&
      value.text !== undefined &&
      normalizeText(value.text).startsWith(normalizeText(wanted.text))
    )
  }
  const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase()
  if (wanted.kind === 'of-type') {
    return (value.ofType ?? []).some(
      (type) =>
        same(value.code, wanted.value) &&
        same(type.code, wanted.code) &&
        (wanted.system === undefined || wanted.system === type.system),
    )
  }
  if (wanted.kind !== 'token') return false
  const system =
    wanted.system === undefined ||
    (wanted.system === null ? value.system === undefined : wanted.system === value.system)
  return system && (wanted.code === undefined || same(value.code, wanted.code))
}

function matchesString(text: string, wanted: string, modifier: Modifier | undefined): boolean {
  if (modifier === 'exact') return text === wanted
  const own = normalizeText(text)
  const asked = normalizeText(wanted)
  if (modifier === 'contains') return own.includes(asked)
  if (modifier === 'equals') return own === asked
  return modifier === 'ends-with' ? own.endsWith(asked) : own.startsWith(asked)
}

function matchesUri(uri: string, wanted: string, modifier: Modifier | undefined): boolean {
  const trim = (text: string) => text.replace(/\/$/, '')
  const under = (path: string, above: string) =>
    trim(path) === trim(above) || path.startsWith(`${trim(above)}/`)
  if (modifier === 'below') return under(uri, wanted) || uri.startsWith(`${trim(wanted)}|`)
  if (modifier === 'above') return under(wanted, uri)
  return uri === wanted
}

function matchesDate({ start, end }: DateValue, wanted: DateSearch): boolean {
  const contained = start >= wanted.start && end <= wanted.end
  switch (wanted.prefix) {
    case 'eq':
      return contained
    case 'ne':
      return !contained
    case 'lt':
      return start < wanted.start
    case 'gt':
      return end > wanted.end
    case 'le':
      return start < wanted.start || contained
    case 'ge':
      return end > wanted.end || contained || start >= wanted.start
    case 'sa':
      return start >= wanted.end
    case 'eb':
      return end <= wanted.start
    case 'ap':
      return start < wanted.end && end > wanted.start
  }
}

function matchesNumber(value: NumberValue | QuantityValue, wanted: NumberSearch): boolean {
  const contained =
    compareDecimals(value.low, wanted.low) >= 0 && compareDecimals(value.high, wanted.high) < 0
  switch (wanted.prefix) {
    case 'eq':
      return contained
    case 'ne':
      return !contained
    case 'lt':
      return compareDecimals(value.low, wanted.value) < 0
    case 'le':
      return compareDecimals(value.low, wanted.value) <= 0
    case 'gt':
      return compareDecimals(value.high, wanted.value) > 0
    case 'ge':
      return compareDecimals(value.high, wanted.value) >= 0
    case 'sa':
      return compareDecimals(value.low, wanted.value) > 0
    case 'eb':
      return compareDecimals(value.high, wanted.value) < 0
    case 'ap':
      return compareDecimals(value.low, wanted.high) <= 0 && compareDecimals(value.high, wanted.low) >= 0
  }
}

function matchesQuantity(value: QuantityValue, wanted: SearchValue & { kind: 'quantity' }): boolean {
  if (!matchesNumber(value, wanted.number)) return false
  if (wanted.code === undefined) return true
  if (wanted.system === undefined) return wanted.code === value.code || wanted.code === value.unit
  return wanted.system === value.system && wanted.code === value.code
}

function matchesNear(value: CompositeValue, wanted: SearchValue & { kind: 'near' }): boolean {
  const [latitude = 0, longitude = 0] = value.components.map((part) => Number((part[0] as NumberValue).low))
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const central = Math.acos(
    Math.min(
      1,
      Math.sin(radians(latitude)) * Math.sin(radians(wanted.latitude)) +
        Math.cos(radians(latitude)) *
          Math.cos(radians(wanted.latitude)) *
          Math.cos(radians(longitude - wanted.longitude)),
    ),
  )
  return central * 6371.0088 <= wanted.kilometres
}

type SortValue = string | number | undefined

/** The smallest of several, or the largest going down. */
function sortKey(
  one: Indexed,
  parameter: SearchParameter | '_id' | '_lastUpdated',
  descending: boolean,
): SortValue {
  if (parameter === '_id') return one.id
  if (parameter === '_lastUpdated') return one.updated
  const keys = (one.values.get(parameter.code) ?? []).flatMap((value): (string | number)[] => {
    switch (value.kind) {
      case 'string':
        return [normalizeText(value.text)]
      case 'token':
        return value.code === undefined ? [] : [codeTerm(value.code)]
      case 'reference':
        return value.reference === undefined ? [] : [value.reference]
      case 'uri':
        return [value.uri]
      case 'date':
        return [descending && parameter.repeats ? value.end : value.start]
      case 'number':
      case 'quantity':
        return [Number(descending ? value.high : value.low)]
      default:
        return []
    }
  })
  keys.sort((a, b) => compareKeys(a, b, false))
  return descending ? keys.at(-1) : keys[0]
}

/** What has no value comes last, whichever way. */
function compareKeys(a: SortValue, b: SortValue, descending: boolean): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? Number(a > b) - Number(a < b)
      : compareText(String(a), String(b))
  return descending ? -order : order
}

function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
