import type { RecordSecurityEvent, SecurityFact } from '#audit/security-event.ts'
import type { Database } from '#store/store.ts'
import type { Config } from '../config.ts'
import { clinicsOf, joinSecurityLog } from '../join-audit.ts'
import { openCommandDatabase } from './command-database.ts'

/** What commands do is in the audit trail: by whom, and that it was for the system's own sake. */
export function openCommandLog(config: Config, database: Database, name?: string): RecordSecurityEvent {
  const log = joinSecurityLog(config, database, () => config.port)
  const user = { account: operator(), ...(name !== undefined && { name }) }
  return (tenant, fact) => log.record(tenant, { ...fact, user, purpose: 'HSYSADMIN' })
}

/** For commands that have no database open: in the trail of each clinic that it concerns. */
export async function recordCommand(
  config: Config,
  fact: SecurityFact,
  clinics: readonly string[] = clinicsOf(config),
): Promise<void> {
  await using database = await openCommandDatabase(config)
  const record = openCommandLog(config, database)
  for (const clinic of clinics) await record(clinic, fact)
}

/** Who runs commands is known to the machine alone. */
function operator(): string {
  return (
    process.env.SUDO_USER ?? process.env.USER ?? process.env.LOGNAME ?? `uid ${process.getuid?.() ?? '?'}`
  )
}
