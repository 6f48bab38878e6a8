import { randomUUIDv7 } from 'node:crypto'
import { createSecurityLog, type SecurityLog } from '#audit/security-log.ts'
import type { Database } from '#store/store.ts'
import { clinicBases } from './clinic-bases.ts'
import type { Config } from './config.ts'

/** The audit trail of all that is not a FHIR interaction; `port` is asked when an event is written. */
export function joinSecurityLog(config: Config, database: Database, port: () => number): SecurityLog {
  return createSecurityLog({
    recordAudit: (tenant, event) => database.recordAudit(tenant, event),
    newId: () => randomUUIDv7(),
    clock: () => new Date(),
    observerOf: (tenant) => clinicBases(config, port(), tenant)[0] ?? tenant,
  })
}
