import { Refusal } from '#fhir/refusal.ts'
import type { Permission, Principal } from './principal.ts'

const verbs: Readonly<Record<Permission, string>> = {
  c: 'create',
  r: 'read',
  u: 'update',
  d: 'delete',
  s: 'search',
}

/** Asked before any row is looked at, so that a refusal tells nothing about what exists. */
export function checkPermission(principal: Principal, type: string, permission: Permission): void {
  if (principal.may(type, permission)) return
  throw new Refusal(
    'forbidden',
    `This token may not ${verbs[permission]} ${type}: it needs a scope such as "${contextOf(principal)}/${type}.${permission}".`,
    {
      headers: {
        'WWW-Authenticate': `Bearer realm="almanac", error="insufficient_scope", scope="${contextOf(principal)}/${type}.${permission}"`,
      },
    },
  )
}

function contextOf(principal: Principal): string {
  if (principal.patient !== undefined) return 'patient'
  return principal.fhirUser === undefined ? 'system' : 'user'
}
