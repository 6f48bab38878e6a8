import type { Definitions } from '#fhir/definitions.ts'
import type { Permission } from './principal.ts'

/** One resource scope in normal form: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html */
export interface Scope {
  readonly context: 'patient' | 'user' | 'system'
  /** A resource type, or `*`. */
  readonly type: string
  /** Letters of `cruds`, in that order. */
  readonly permissions: string
  /** Granular scopes: search parameters that must hold too. */
  readonly criteria: readonly (readonly [name: string, value: string])[]
}

export interface Scopes {
  readonly resource: readonly Scope[]
  /** openid, fhirUser, launch/patient, offline_access …: not about resources. */
  readonly other: readonly string[]
  readonly ignored: readonly IgnoredScope[]
}

export interface IgnoredScope {
  readonly scope: string
  readonly reason: string
}

const resourceScope = /^(patient|user|system)\/(\*|[A-Za-z]+)\.(\*|[a-z]+)(?:\?(.*))?$/
const versionOne: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' }
/** In order and each at most once: `.dus` is not guessed at. */
const versionTwo = /^c?r?u?d?s?$/

/** A scope that cannot be understood grants nothing, and says why. */
export function parseScopes(text: string, definitions: Definitions): Scopes {
  const resource: Scope[] = []
  const other: string[] = []
  const ignored: IgnoredScope[] = []
  for (const scope of new Set(text.split(' '))) {
    if (scope === '') continue
    const match = resourceScope.exec(scope)
    if (match === null) {
      if (/^(patient|user|system)\//.test(scope))
        ignored.push({ scope, reason: 'not of the form context/Type.cruds' })
      else other.push(scope)
      continue
    }
    const [, context, type, letters, query] = match as unknown as [
      string,
      Scope['context'],
      string,
      string,
      string?,
    ]
    const permissions = versionOne[letters] ?? (versionTwo.test(letters) ? letters : undefined)
    if (permissions === undefined) {
      ignored.push({ scope, reason: `"${letters}" is not a part of "cruds" in that order` })
    } else if (type !== '*' && !definitions.isResourceType(type)) {
      ignored.push({ scope, reason: `"${type}" is no R4 resource type` })
    } else if (query === undefined) {
      resource.push({ context, type, permissions, criteria: [] })
    } else {
      const criteria = parseCriteria(query)
      if (criteria === undefined) ignored.push({ scope, reason: 'what follows "?" is not name=value pairs' })
      else resource.push({ context, type, permissions, criteria })
    }
  }
  return { resource, other, ignored }
}

/** Split by hand, as URLSearchParams would read a plus sign as a space; undefined when it is no list of pairs. */
function parseCriteria(query: string): Scope['criteria'] | undefined {
  const criteria: [string, string][] = []
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals < 1 || equals === pair.length - 1) return undefined
    try {
      criteria.push([pair.slice(0, equals), decodeURIComponent(pair.slice(equals + 1))])
    } catch {
      return undefined
    }
  }
  return criteria
}

export function formatScope(scope: Scope): string {
  const query = scope.criteria.map(([name, value]) => `${name}=${value}`).join('&')
  return `${scope.context}/${scope.type}.${scope.permissions}${query === '' ? '' : `?${query}`}`
}

export function permits(scope: Scope, type: string, permission: Permission): boolean {
  return (scope.type === '*' || scope.type === type) && scope.permissions.includes(permission)
}
