import { Refusal } from '#fhir/refusal.ts'
import type { Walk } from './walk.ts'

interface Observer {
  readonly identifier?: { readonly value?: unknown }
}

/**
 * An app may file what it observed itself (BALP's Audit Record Repository), under its own name: whose observer is the
 * app's client id is told apart from what this server saw, and nobody writes in the server's name.
 */
export function checkForeignEvent({ request, resource, principal }: Walk): void {
  if (request.type !== 'AuditEvent') return
  const { observer } = (resource?.source ?? {}) as { readonly observer?: Observer }
  if (observer?.identifier?.value === principal.clientId) return
  throw new Refusal(
    'forbidden',
    `An AuditEvent that an app files names the app as its observer: identifier.value "${principal.clientId}".`,
    { expression: 'AuditEvent.source.observer' },
  )
}
