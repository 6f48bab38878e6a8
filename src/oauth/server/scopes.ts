import { parseCriteria } from '#access/criteria.ts'
import { formatScope, parseScopes, type Scope } from '#access/scope.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { Refusal } from '#fhir/refusal.ts'

/** About the launch and the sign-in, not about resources. */
export const contextScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'offline_access',
  'online_access',
] as const

/** Opens apps for people: of an EHR's own client (https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#extensibility). */
export const launchingScope = '__launch'

/** Asks about other apps' tokens: of a resource server. */
export const introspectingScope = '__introspect'

/** Granted to backend services alone. */
export const servingScopes: readonly string[] = [launchingScope, introspectingScope]

const others: ReadonlySet<string> = new Set(contextScopes)

/** One scope as asked for, and what it means. */
export interface AskedScope {
  readonly written: string
  /** Absent for context scopes. */
  readonly resource?: Scope
}

/** What can be understood, as written; a granular scope that cannot be kept to is refused rather than dropped. */
export function readScopes(text: string, definitions: Definitions): readonly AskedScope[] {
  const asked: AskedScope[] = []
  for (const written of new Set(text.split(' '))) {
    if (others.has(written) || servingScopes.includes(written)) asked.push({ written })
    const [resource] = parseScopes(written, definitions).resource
    if (resource === undefined) continue
    if (resource.criteria.length > 0) checkCriteria(written, resource, definitions)
    asked.push({ written, resource })
  }
  return asked
}

function checkCriteria(written: string, { type, criteria }: Scope, definitions: Definitions): void {
  if (type === '*') throw new Refusal('not-supported', `${written}: name the type that is narrowed`)
  parseCriteria(type, criteria, definitions)
}

/** Whether all that `asked` reaches is reached by `held` as well. */
export function covers(held: Scope, asked: Scope): boolean {
  return (
    held.context === asked.context &&
    (held.type === '*' || held.type === asked.type) &&
    [...asked.permissions].every((letter) => held.permissions.includes(letter)) &&
    held.criteria.every(([name, value]) => asked.criteria.some(([n, v]) => n === name && v === value))
  )
}

/** Whether every letter of `asked` is reached by one of the scopes held. */
export function isReached(held: readonly AskedScope[], { written, resource }: AskedScope): boolean {
  if (held.some((one) => one.written === written)) return true
  if (resource === undefined) return false
  return [...resource.permissions].every((letter) =>
    held.some(
      (one) => one.resource !== undefined && covers(one.resource, { ...resource, permissions: letter }),
    ),
  )
}

/** The part of `asked` that lies within `held`. */
export function within(held: readonly AskedScope[], asked: AskedScope): readonly string[] {
  const wish = asked.resource
  if (wish === undefined) return held.some(({ written }) => written === asked.written) ? [asked.written] : []
  const rights = held.flatMap(({ resource }) => (resource === undefined ? [] : [resource]))
  if (rights.some((right) => covers(right, wish))) return [asked.written]
  return rights.flatMap((right) => {
    const common = intersect(right, wish)
    return common === undefined ? [] : [formatScope(common)]
  })
}

function intersect(held: Scope, asked: Scope): Scope | undefined {
  if (held.context !== asked.context) return undefined
  if (held.type !== '*' && asked.type !== '*' && held.type !== asked.type) return undefined
  const permissions = [...asked.permissions].filter((letter) => held.permissions.includes(letter)).join('')
  if (permissions === '') return undefined
  const more = held.criteria.filter(
    ([name, value]) => !asked.criteria.some(([n, v]) => n === name && v === value),
  )
  const type = held.type === '*' ? asked.type : held.type
  if (type === '*' && more.length + asked.criteria.length > 0) return undefined
  return { context: asked.context, type, permissions, criteria: [...asked.criteria, ...more] }
}

export function asksForPatient(scopes: readonly string[]): boolean {
  return scopes.some((scope) => scope.startsWith('patient/') || scope === 'launch/patient')
}
