import { compartmentBases } from '#fhir/compartment.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { InteractionName } from '../exchange.ts'
import type { QueryPairs } from './query.ts'
import { decodePart } from './target.ts'

/** What a method on a path means: https://hl7.org/fhir/R4/http.html */
export interface Route {
  /** `bundle` becomes batch or transaction once its type is known. */
  readonly interaction: InteractionName | 'bundle' | 'capabilities' | 'openapi' | 'smart-configuration'
  readonly type?: string
  readonly id?: string
  readonly versionId?: string
  readonly operation?: string
  /** Of a search through it: `Patient/1`. */
  readonly compartment?: string
  /** The body that belongs to it: none is read where none is meant. */
  readonly body: BodyKind
}

export type BodyKind = 'none' | 'resource' | 'patch' | 'form' | 'parameters'

type Methods = Readonly<Record<string, readonly [Route['interaction'], BodyKind]>>

const search: Methods = { POST: ['search-type', 'form'] }
const compartmentSearch: Methods = { GET: ['search-type', 'none'] }
const searchAll: Methods = { POST: ['search-system', 'form'] }
const operation: Methods = { GET: ['operation', 'none'], POST: ['operation', 'parameters'] }
const base: Methods = { GET: ['search-system', 'none'], POST: ['bundle', 'resource'] }
const metadata: Methods = { GET: ['capabilities', 'none'] }
const openApi: Methods = { GET: ['openapi', 'none'] }
const discovery: Methods = { GET: ['smart-configuration', 'none'] }
const historyAll: Methods = { GET: ['history-system', 'none'] }
const historyOfType: Methods = { GET: ['history-type', 'none'] }
const historyOfInstance: Methods = { GET: ['history-instance', 'none'] }
const version: Methods = { GET: ['vread', 'none'] }
/** Update, patch and delete without an id are the conditional ones. */
const collection: Methods = {
  GET: ['search-type', 'none'],
  POST: ['create', 'resource'],
  PUT: ['update', 'resource'],
  PATCH: ['patch', 'patch'],
  DELETE: ['delete', 'none'],
}
const instance: Methods = {
  GET: ['read', 'none'],
  PUT: ['update', 'resource'],
  PATCH: ['patch', 'patch'],
  DELETE: ['delete', 'none'],
}

/** What the address says besides its parameters is a parameter too. */
export function withCompartment({ compartment }: Route, query: QueryPairs): QueryPairs {
  return compartment === undefined ? query : [['_compartment', compartment], ...query]
}

const idForm = /^[A-Za-z0-9.-]{1,64}$/
const operationForm = /^\$[A-Za-z][A-Za-z0-9-]{0,63}$/

/** Routes what follows a base. Throws 404 for what no path of R4 is, 400 for a bad id, 405 with what would be allowed. */
export function findRoute(method: string, rest: string, isResourceType: (name: string) => boolean): Route {
  const segments = splitPath(rest)
  const [first, second, third, fourth] = segments
  if (first === undefined) return pick(base, method)
  if (segments.length === 1) {
    if (first === 'metadata') return pick(metadata, method)
    if (first === 'openapi.json') return pick(openApi, method)
    if (first === '_search') return pick(searchAll, method)
    if (first === '_history') return pick(historyAll, method)
    if (first.startsWith('$')) return pick(operation, method, { operation: operationCode(first) })
  }
  if (first === '.well-known' && second === 'smart-configuration' && segments.length === 2) {
    return pick(discovery, method)
  }
  const type = checkType(first, isResourceType)
  if (second === undefined) return pick(collection, method, { type })
  if (segments.length === 2) {
    if (second === '_search') return pick(search, method, { type })
    if (second === '_history') return pick(historyOfType, method, { type })
    if (second.startsWith('$')) return pick(operation, method, { type, operation: operationCode(second) })
  }
  const id = checkId(second, type)
  if (third === undefined) return pick(instance, method, { type, id })
  if (segments.length === 3) {
    if (third === '_history') return pick(historyOfInstance, method, { type, id })
    if (third.startsWith('$')) return pick(operation, method, { type, id, operation: operationCode(third) })
  }
  if (isCompartment(type) && isResourceType(third)) {
    const place = { type: third, compartment: `${type}/${id}` }
    if (segments.length === 3) return pick(compartmentSearch, method, place)
    if (segments.length === 4 && fourth === '_search') return pick(search, method, place)
  }
  if (third === '_history' && fourth !== undefined && segments.length === 4) {
    if (!idForm.test(fourth))
      throw new Refusal(
        'value',
        'The version in the address is not a FHIR id: 1 to 64 of A-Z a-z 0-9 - and dot.',
      )
    return pick(version, method, { type, id, versionId: fourth })
  }
  throw new Refusal(
    'not-found',
    'No FHIR interaction has this address: see [base]/metadata for those offered.',
  )
}

function isCompartment(type: string): boolean {
  return (compartmentBases as readonly string[]).includes(type)
}

function splitPath(rest: string): readonly string[] {
  // One slash at the end is a common slip; an empty segment anywhere else is not a path.
  const end = rest.length > 1 && rest.endsWith('/') ? rest.length - 1 : rest.length
  if (end <= 1) return []
  const segments = rest.slice(1, end).split('/', 6)
  if (rest.indexOf('%') < 0) return segments
  return segments.map((segment) => decodePart(segment, 'path'))
}

function pick(methods: Methods, method: string, place: Partial<Route> = {}): Route {
  const found = methods[method === 'HEAD' ? 'GET' : method]
  if (found === undefined) {
    const allowed = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
    throw new Refusal('method-not-allowed', `This address takes ${allowed.join(', ')}.`, {
      headers: { Allow: [...allowed, 'OPTIONS'].join(', ') },
    })
  }
  return { ...place, interaction: found[0], body: found[1] }
}

function checkType(name: string, isResourceType: (name: string) => boolean): string {
  if (isResourceType(name)) return name
  throw new Refusal(
    'unknown-type',
    `${/^[A-Za-z]{1,64}$/.test(name) ? name : 'This'} is not a resource type of FHIR R4: names are written like Patient.`,
  )
}

function checkId(text: string, type: string): string {
  // '.' and '..' fit FHIR's grammar, but no URL can carry them.
  if (idForm.test(text) && text !== '.' && text !== '..') return text
  throw new Refusal('value', `The id in the address is not a FHIR id: 1 to 64 of A-Z a-z 0-9 - and dot.`, {
    expression: `${type}.id`,
  })
}

function operationCode(segment: string): string {
  if (operationForm.test(segment)) return segment.slice(1)
  throw new Refusal('not-found', 'No operation has this name: see [base]/metadata for those offered.')
}
