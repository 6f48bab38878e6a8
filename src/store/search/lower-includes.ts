import type { SearchParameter } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Include, SearchQuery, Viewer } from '#fhir/search-query.ts'
import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import { tableOf } from '../columns.ts'
import { shippedTenant } from '../shipped-tenant.ts'
import { layoutOf } from './layout.ts'
import { namesNobodyElse } from './lower-among.ts'
import { allTermsOf, ledBy } from './lower-led.ts'
import { rowsOf } from './lower-link.ts'
import { anyOf, type Lowering, never, ofClinic, tenantValue } from './lowering.ts'

/** Several steps of unlike make meet here: all compare by byte. */
const pair = 's.type COLLATE "C" AS type, s.id COLLATE "C" AS id'

/** PostgreSQL plans each kind of reference by itself, some half a millisecond; nobody needs all thousand. */
const linkLimit = 300

/** More than a page of any client shows; a bundle of them stays below a few megabytes. */
export const includeLimit = 1_000

/**
 * https://hl7.org/fhir/R4/search.html#revinclude. `found` names resources reached from the page, step by step for
 * `:iterate`, each once, so circles end; `select` reads them. Every step shows only what the caller may see, and
 * nothing is reached through what they may not.
 */
export function includesSelect(
  lowering: Lowering,
  query: SearchQuery,
  types: readonly string[],
  viewer: Viewer,
): { readonly found: string; readonly select: string } | undefined {
  const includes = new Steps(lowering, viewer)
  const first = query.includes.flatMap((include) => includes.of(include, types))
  if (first.length === 0) return undefined
  const iterated = query.includes.filter(({ iterate }) => iterate)
  const reachable = includes.reachable(iterated, query.includes, types)
  const repeated = iterated.flatMap((include) => includes.of(include, reachable))
  if (first.length + repeated.length > linkLimit) {
    throw new Refusal(
      'too-costly',
      `The includes follow more than ${linkLimit} kinds of reference: name the parameters.`,
      { expression: query.includes.some(({ reverse }) => reverse) ? '_revinclude' : '_include' },
    )
  }
  const start = `SELECT ${pair} FROM page f CROSS JOIN LATERAL (${first.join(' UNION ALL ')}) s WHERE f.place <= ${query.count} AND ${includes.shown('s')}`
  const fresh = `NOT EXISTS (SELECT FROM page p WHERE p.type = f.type AND p.id = f.id AND p.place <= ${query.count})`
  const shared = lowering.shipped && [...shippedTypes].some((type) => includes.admits(type))
  const holder = shared ? `= ANY(ARRAY[${tenantValue}, '${shippedTenant}'])` : `= ${tenantValue}`
  const order = shared ? `h.tenant = ${tenantValue} DESC, h.version DESC` : 'h.version DESC'
  const current = `SELECT h.version, h.updated, h.method, h.text, h.deleted FROM history h WHERE h.tenant ${holder} AND h.type = f.type AND h.id = f.id ORDER BY ${order} LIMIT 1`
  const events = includes.admits('AuditEvent')
    ? ` UNION ALL SELECT e.version, e.updated, 'POST', e.text, FALSE FROM auditevent e WHERE e.tenant = ${tenantValue} AND f.type = 'AuditEvent' AND e.id = f.id`
    : ''
  // A reference may outlive what it names, and nothing is reached through what is gone.
  const there = `(f.type = 'AuditEvent' OR (SELECT NOT c.deleted FROM (${current}) c))`
  const step =
    repeated.length === 0
      ? ''
      : ` UNION SELECT ${pair} FROM found f CROSS JOIN LATERAL (${repeated.join(' UNION ALL ')}) s WHERE ${there} AND ${includes.shown('s')}`
  return {
    found: `found AS (${step === '' ? `SELECT DISTINCT * FROM (${start}) d` : start + step})`,
    select: `SELECT f.type, f.id, c.version, c.updated, c.method, c.text FROM found f CROSS JOIN LATERAL ((${current})${events}) c WHERE NOT c.deleted AND ${fresh} LIMIT ${includeLimit + 1}`,
  }
}

class Steps {
  readonly #lowering: Lowering
  readonly #viewer: Viewer
  readonly #open = new Set<string>()
  readonly #guarded = new Set<string>()

  constructor(lowering: Lowering, viewer: Viewer) {
    this.#lowering = lowering
    this.#viewer = viewer
  }

  /** Selects of (type, id) that an include reaches from the row `f`; `types`: what `f` can be. */
  of(include: Include, types: readonly string[]): string[] {
    const { type, target } = include
    return this.#parametersOf(include).flatMap((parameter) => {
      const targets = target === undefined ? parameter.targets : [target]
      if (!include.reverse) {
        return types.includes(type) ? this.#forward(parameter, targets) : []
      }
      const origins = targets.filter((origin) => types.includes(origin))
      return origins.length === 0 ? [] : this.#reverse(parameter, origins)
    })
  }

  /** Types that a step can start from, when all includes are followed as far as they go. */
  reachable(
    iterated: readonly Include[],
    all: readonly Include[],
    types: readonly string[],
  ): readonly string[] {
    const reached = new Set<string>()
    const follow = (includes: readonly Include[], from: ReadonlySet<string>) => {
      for (const include of includes)
        for (const parameter of this.#parametersOf(include)) {
          const targets = include.target === undefined ? parameter.targets : [include.target]
          if (!include.reverse && from.has(include.type)) for (const type of targets) reached.add(type)
          if (include.reverse && targets.some((type) => from.has(type))) reached.add(include.type)
        }
    }
    if (iterated.length === 0) return []
    follow(all, new Set(types))
    for (let size = 0; size < reached.size; ) {
      size = reached.size
      follow(iterated, new Set(reached))
    }
    return [...reached]
  }

  #parametersOf({ type, parameter }: Include): readonly SearchParameter[] {
    const parameters =
      parameter === '*'
        ? this.#lowering.definitions.searchParameters(type).filter(({ kind }) => kind === 'reference')
        : [parameter]
    const veil = this.#viewer.veil?.(type)
    // Where an element is hidden in some resources it leads nowhere from any.
    return veil === undefined ? parameters : parameters.filter((one) => veil.tells(one) === 'all')
  }

  #forward(parameter: SearchParameter, targets: readonly string[]): string[] {
    const allowed = targets.filter((type) => this.#admit(type))
    if (allowed.length === 0) return []
    const row = this.#lowering.alias()
    const references = this.#references(parameter, row)
    if (references === undefined) return []
    const { reference, tables } = references
    const type = `split_part(${reference}, '/', 1)`
    const told = this.#toldOf(parameter, reference)
    return [
      `SELECT ${type} AS type, split_part(${reference}, '/', 2) AS id FROM ${tableOf(parameter.type)} ${row}${tables} WHERE ${ofClinic(this.#lowering, parameter.type, row)} AND f.type = '${parameter.type}' AND ${row}.id = f.id AND ${type} = ANY(${this.#lowering.bind(allowed)})${told}`,
      ...this.#byCanonical(parameter, allowed, row, reference, tables),
    ]
  }

  /** Whoever is hidden in the list is not reached through it, in neither direction. */
  #toldOf(parameter: SearchParameter, reference: string): string {
    const people = this.#viewer.veil?.(parameter.type)?.people(parameter)
    return people === undefined ? '' : ` AND ${namesNobodyElse(this.#lowering, reference, people)}`
  }

  /** A canonical names its target by URL. */
  #byCanonical(
    parameter: SearchParameter,
    targets: readonly string[],
    row: string,
    reference: string,
    tables: string,
  ): string[] {
    if (!parameter.dataTypes.includes('canonical')) return []
    return targets.flatMap((type) => {
      const url = this.#lowering.definitions.searchParameter(type, 'url')
      const layout = url === undefined ? undefined : layoutOf(url)
      if (layout?.shape !== 'uri') return []
      const target = this.#lowering.alias()
      return `SELECT '${type}', ${target}.id FROM ${tableOf(parameter.type)} ${row}${tables} JOIN ${tableOf(type)} ${target} ON ${ofClinic(this.#lowering, type, target)} AND ${target}.${layout.column} = ${reference} WHERE ${ofClinic(this.#lowering, parameter.type, row)} AND f.type = '${parameter.type}' AND ${row}.id = f.id`
    })
  }

  #references(parameter: SearchParameter, row: string): { reference: string; tables: string } | undefined {
    const layout = layoutOf(parameter)
    if (layout.shape === 'reference') return { reference: `${row}.${layout.column}`, tables: '' }
    if (layout.shape !== 'references') return undefined
    const reference = this.#lowering.alias()
    return { reference, tables: ` CROSS JOIN LATERAL unnest(${allTermsOf(row, layout)}) ${reference}` }
  }

  #reverse(parameter: SearchParameter, origins: readonly string[]): string[] {
    if (!this.#admit(parameter.type)) return []
    const layout = layoutOf(parameter)
    const row = this.#lowering.alias()
    const here = `f.type || '/' || f.id`
    const points =
      layout.shape === 'reference'
        ? `${row}.${layout.column} = ${here}`
        : layout.shape === 'references'
          ? layout.led === undefined
            ? `${row}.${layout.column} && ARRAY[${here}]`
            : ledBy(this.#lowering.definitions, row, parameter, origins, {
                is: (column) => `${column} = ${here}`,
                isIn: (array) => `${array} && ARRAY[${here}]`,
              })
          : never
    return [
      `SELECT '${parameter.type}' AS type, ${row}.id FROM ${tableOf(parameter.type)} ${row} WHERE ${ofClinic(this.#lowering, parameter.type, row)} AND f.type = ANY(${this.#lowering.bind(origins)}) AND ${points}${this.#toldOf(parameter, `(${here})`)}`,
    ]
  }

  /** May the caller see any of the type? Remembers which types need a look at the row itself. */
  #admit(type: string): boolean {
    const reach = this.#viewer.visible(type)
    if (reach === 'nothing') return false
    ;(reach === 'all' ? this.#open : this.#guarded).add(type)
    return true
  }

  admits(type: string): boolean {
    return this.#open.has(type) || this.#guarded.has(type)
  }

  /** What may be shown of the rows `alias` (type, id) that the steps reach. */
  shown(alias: string): string {
    const open = [...this.#open]
    const guarded = [...this.#guarded].map((type) => {
      const row = this.#lowering.alias()
      const condition = rowsOf(this.#lowering, type, row, []) ?? never
      return `(${alias}.type = '${type}' AND EXISTS (SELECT FROM ${tableOf(type)} ${row} WHERE ${row}.id = ${alias}.id AND ${condition}))`
    })
    if (guarded.length === 0) return 'TRUE'
    return anyOf([
      ...(open.length === 0 ? [] : [`${alias}.type = ANY(${this.#lowering.bind(open)})`]),
      ...guarded,
    ])
  }
}
