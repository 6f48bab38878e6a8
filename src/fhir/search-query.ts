import type { SearchParameter } from './definitions.ts'
import type { Resource } from './resource.ts'

/** A search as a value: what a client asked, checked and typed. search-parse.ts makes it, the store lowers it to SQL. */
export interface SearchQuery {
  /** One type, or several for a system-level search. */
  readonly types: readonly string[]
  /** All must hold. */
  readonly where: readonly Clause[]
  readonly sort: readonly SortKey[]
  /** Page size; 0 asks for the total alone. */
  readonly count: number
  readonly total: 'none' | 'estimate' | 'accurate'
  readonly includes: readonly Include[]
  /** Without what the server ships, for whoever asks what the clinic itself has. */
  readonly own?: true
  /** Where a page continues: opaque to everyone but the store. */
  readonly cursor?: string
}

export type Clause =
  | {
      readonly kind: 'param'
      readonly parameter: SearchParameter
      readonly modifier?: Modifier
      readonly values: readonly SearchValue[]
    }
  | { readonly kind: 'missing'; readonly parameter: SearchParameter; readonly missing: boolean }
  | { readonly kind: 'id'; readonly ids: readonly string[] }
  | { readonly kind: 'last-updated'; readonly value: DateSearch }
  /** patient.name=… : a reference of this resource leads to one of `targets` for which all of `where` hold. */
  | { readonly kind: 'chain'; readonly parameter: SearchParameter; readonly targets: readonly ChainTarget[] }
  /** _has:Type:param:… : some `type` refers here through `parameter` and all of `where` hold for it. */
  | {
      readonly kind: 'has'
      readonly type: string
      readonly parameter: SearchParameter
      readonly where: readonly Clause[]
    }
  | { readonly kind: 'list'; readonly listId: string }
  | { readonly kind: 'text'; readonly scope: 'narrative' | 'content'; readonly query: string }
  | { readonly kind: 'and' | 'or'; readonly clauses: readonly Clause[] }
  | { readonly kind: 'not'; readonly clause: Clause }

export interface ChainTarget {
  readonly type: string
  readonly where: readonly Clause[]
}

export type Modifier =
  | 'exact'
  | 'contains'
  | 'text'
  | 'not'
  | 'in'
  | 'not-in'
  | 'above'
  | 'below'
  | 'of-type'
  | 'identifier'
  /** Only `_filter` says these of strings (`eq`, `ew`); case and accents do not count. */
  | 'equals'
  | 'ends-with'

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

export type SearchValue =
  | {
      readonly kind: 'token' /** undefined: any system; null: explicitly none */
      readonly system?: string | null
      readonly code?: string
    }
  | { readonly kind: 'of-type'; readonly system?: string; readonly code: string; readonly value: string }
  /** Every literal form that counts as a match: `Patient/1`, `Practitioner/1`, an absolute URL. */
  | { readonly kind: 'reference'; readonly references: readonly string[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'uri'; readonly uri: string }
  | DateSearch
  | NumberSearch
  | {
      readonly kind: 'quantity'
      readonly number: NumberSearch
      readonly system?: string | null
      readonly code?: string
    }
  | { readonly kind: 'composite'; readonly components: readonly SearchValue[] }
  | {
      readonly kind: 'near'
      readonly latitude: number
      readonly longitude: number
      readonly kilometres: number
    }

/** Half-open range in milliseconds that the value written stands for; for `ap` already widened: overlap is a match. */
export interface DateSearch {
  readonly kind: 'date'
  readonly prefix: Prefix
  readonly start: number
  readonly end: number
}
/** The value, and the half-open range of its implicit precision (for `ap` widened); decimals as text. */
export interface NumberSearch {
  readonly kind: 'number'
  readonly prefix: Prefix
  readonly value: string
  readonly low: string
  readonly high: string
}

export interface SortKey {
  readonly parameter: SearchParameter | '_id' | '_lastUpdated'
  readonly descending: boolean
}

export interface Include {
  readonly reverse: boolean
  readonly iterate: boolean
  /** Type whose parameter is followed: the source of the reference in both directions. */
  readonly type: string
  /** '*' for every reference parameter of the type. */
  readonly parameter: SearchParameter | '*'
  readonly target?: string
}

/**
 * Who looks: a clinic, and for each type the clauses that must hold for a resource to exist for this caller.
 * The store adds them to matches, includes, chains, counts and history; 'all' and 'nothing' are the two simple answers.
 */
export interface Viewer {
  readonly tenant: string
  visible(type: string): 'all' | 'nothing' | Clause
  /** Of a type with elements that are hidden from the caller; absent for those from whom nothing is hidden. */
  veil?(type: string): Veil | undefined
  /** Texts come whole, veil or not: to be written back, never to be answered. */
  readonly whole?: true
}

/** Elements that do not exist for a caller: neither in what they are shown nor in what they can ask. */
export interface Veil {
  /** In which resources of the type the parameter finds what is there; in the others it finds nothing. */
  tells(parameter: SearchParameter): 'all' | 'nothing' | Clause
  /** In which the words of the text can be searched. */
  readonly words: 'all' | 'nothing' | Clause
  /** The text without what is hidden. */
  show(text: string): string
  /** Names of the properties in it that are hidden. */
  hiddenIn(resource: Resource): readonly string[]
  /** Whom among patients and relatives the parameter leads to, as references; undefined: to whoever is there. */
  people(parameter: SearchParameter): readonly string[] | undefined
  /** Items of its lists that are about other people, by the name of the list. */
  othersIn(resource: Resource): ReadonlyMap<string, readonly unknown[]>
}
