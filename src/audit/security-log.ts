import type { Resource } from '#fhir/resource.ts'
import { buildSecurityEvent, type RecordSecurityEvent, type SecurityFact } from './security-event.ts'

export interface SecurityLogParts {
  readonly recordAudit: (tenant: string, event: Resource) => Promise<void>
  readonly newId: () => string
  readonly clock: () => Date
  /** Who records, for a clinic. */
  readonly observerOf: (tenant: string) => string
}

export interface SecurityLog {
  readonly record: RecordSecurityEvent
  /** For whoever commits the event with a write of its own: `tx.audit(securityLog.build(tenant, fact))`. */
  build(tenant: string, fact: SecurityFact): Resource
}

export function createSecurityLog({ recordAudit, newId, clock, observerOf }: SecurityLogParts): SecurityLog {
  const build = (tenant: string, fact: SecurityFact): Resource =>
    buildSecurityEvent(fact, { id: newId(), when: clock(), observer: observerOf(tenant) })
  return { build, record: (tenant, fact) => recordAudit(tenant, build(tenant, fact)) }
}
