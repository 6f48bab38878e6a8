import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { ChainEntry } from '#audit/seals/build-entries.ts'
import type { Fault } from '#audit/seals/fault.ts'
import { Heads } from '#audit/seals/heads.ts'
import { KeyFolder } from '#audit/seals/key-folder.ts'
import { Sealer } from '#audit/seals/sealer.ts'
import { publicPem } from '#audit/seals/sealing-key.ts'
import { Watch } from '#audit/seals/watch.ts'
import { createSecurityLog, type SecurityLog } from '#audit/security-log.ts'
import { newId } from '#fhir/new-id.ts'
import type { Operation } from '#interaction/operation.ts'
import { createTrail } from '#interaction/operations/trail.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { AuditSeals } from '#store/audit-seals.ts'
import type { Database } from '#store/store.ts'
import { clinicBases } from './clinic-bases.ts'
import type { Config } from './config.ts'
import { joinWitnesses } from './join-witnesses.ts'

/** The audit trail of all that is not a FHIR interaction; `port` is asked when an event is written. */
export function joinSecurityLog(config: Config, database: Database, port: () => number): SecurityLog {
  return createSecurityLog({
    recordAudit: (tenant, event) => database.recordAudit(tenant, event),
    newId,
    clock: () => new Date(),
    observerOf: (tenant) => clinicBases(config, port(), tenant)[0] ?? tenant,
  })
}

/** Where the keys lie that seal the log, and what this machine knows of it. */
export function auditFolder(config: Pick<Config, 'auditKeys' | 'dataFolder'>): string {
  return config.auditKeys ?? join(config.dataFolder, 'audit-keys')
}

export function clinicsOf({ clinics }: Pick<Config, 'clinics'>): readonly string[] {
  return ['main', ...clinics]
}

/** Made by the first server that opens the database; named by every entry of every chain. */
export async function installationOf(database: Database): Promise<string> {
  await database.addSetting('installation', randomUUID())
  return (await database.setting('installation')) as string
}

export interface AuditTrailParts {
  readonly config: Config
  readonly databaseUrl: string
  readonly database: Database
  readonly securityLog: SecurityLog
  readonly logger: Logger
}

export interface AuditTrail extends AsyncDisposable {
  readonly state: () => AuditState
  readonly operations: readonly Operation[]
}

/** For the metrics. */
export interface AuditState {
  /** Places where the log was found broken. */
  readonly faults: number
  /** Entries that this server has added to the chains. */
  readonly entries: number
  /** Seconds since the epoch of the last of them. */
  readonly sealedAt: number
  /** Entries that a witness has not taken yet. */
  readonly witnessBehind: number
}

/** Seals the log, watches it, tells of it; the first and the last events of a server's life are its own. */
export async function joinAuditTrail(parts: AuditTrailParts): Promise<AuditTrail> {
  const { config, databaseUrl, database, securityLog, logger } = parts
  const folder = auditFolder(config)
  const keys = new KeyFolder(folder)
  keys.makeFirst()
  const installation = await installationOf(database)
  const onFault = (sentence: string, cause: unknown) => logger.error({ err: cause }, sentence)
  const heads = new Heads(join(folder, 'heads.json'), installation, (cause) =>
    onFault('The ends of the audit chains could not be written to a file', cause),
  )
  const seals = new AuditSeals(databaseUrl)
  const joined = joinWitnesses({ addresses: config.auditWitness, installation, databaseUrl, onFault })
  const { witnesses } = joined
  let entries = 0
  let sealedAt = 0
  const clock = () => new Date()
  const sealer = new Sealer({
    installation,
    seal: (most, build) => seals.seal(most, build),
    keys,
    clock,
    onSealed: (made: readonly ChainEntry[]) => {
      entries += made.length
      sealedAt = clock().getTime() / 1_000
      heads.remember(made)
      witnesses.tell(made)
    },
    onFault: (cause) => onFault('Events could not be sealed; it is tried again', cause),
  })
  const watch = new Watch({
    open: () => AuditChain.open(databaseUrl),
    keys: () => keys.trusted(),
    known: (tenant) => heads.known(tenant),
    clock,
    onBroken: (fault) => void raiseAlarm(parts, fault),
    onFault: (cause) => onFault('The audit trail could not be verified; it is tried again', cause),
  })
  const clinics = clinicsOf(config)
  const tell = (deed: 'server-started' | 'server-stopped') =>
    Promise.all(
      clinics.map((clinic) =>
        securityLog.record(clinic, {
          deed,
          about: { id: hostname() },
          details: { process: String(process.pid) },
        }),
      ),
    )
  await tell('server-started')
  sealer.start()
  watch.start()
  const trail = createTrail({
    open: () => AuditChain.open(databaseUrl),
    keys: () => Object.fromEntries([...keys.trusted()].map(([kid, key]) => [kid, publicPem(key)])),
    record: (tenant, fact) => securityLog.record(tenant, fact),
    clock,
  })
  return {
    operations: [trail],
    state: () => ({ faults: watch.broken, entries, sealedAt, witnessBehind: witnesses.behind }),
    async [Symbol.asyncDispose]() {
      await watch.stop()
      // A database that is gone must not keep the server from stopping.
      await tell('server-stopped').catch((cause) => onFault('The end of the server was not recorded', cause))
      await sealer.stop()
      await heads.flush()
      await joined[Symbol.asyncDispose]()
      await seals.close()
    },
  }
}

/** In the log itself, in the server's own log, and to whom AUDIT_ALERT names. */
async function raiseAlarm({ config, securityLog, logger }: AuditTrailParts, fault: Fault): Promise<void> {
  logger.fatal({ fault }, 'the audit trail is broken')
  const { tenant, kind, entry, event, sentence } = fault
  const details = { kind, entry: String(entry ?? ''), event: event ?? '' }
  try {
    await securityLog.record(tenant, { deed: 'audit-broken', description: sentence, details })
  } catch (cause) {
    logger.error({ err: cause }, 'The alert could not be recorded')
  }
  if (config.auditAlert === undefined) return
  try {
    const answer = await fetch(config.auditAlert, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
      signal: AbortSignal.timeout(10_000),
      redirect: 'error',
    })
    if (!answer.ok) throw new Error(`${answer.status}`)
  } catch (cause) {
    logger.error({ err: cause }, 'The alert did not reach AUDIT_ALERT')
  }
}
