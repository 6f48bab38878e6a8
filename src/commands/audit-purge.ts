import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { ChainEnd } from '#audit/seals/build-entries.ts'
import { Heads } from '#audit/seals/heads.ts'
import { KeyFolder } from '#audit/seals/key-folder.ts'
import { statementHash } from '#audit/seals/statement.ts'
import { verifyChain } from '#audit/seals/verify-chain.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { AuditRetention } from '#store/audit-retention.ts'
import { type Config, readConfig } from '../config.ts'
import { auditFolder } from '../join-audit.ts'
import { readArguments, runCommand, UsageError } from './command.ts'
import { findDatabaseUrl } from './command-database.ts'
import { readInstallation } from './read-installation.ts'
import { recordCommand } from './record-command.ts'

const usage = `Drops months of the audit trail that are past their period; a signed tombstone stays in their place.

  npm run audit:purge                       says what would be dropped: months older than the clinic's years
  npm run audit:purge -- --drop             drops it
  npm run audit:purge -- --hold REASON --since 2026-01 --until 2026-12 [--patient ID]
  npm run audit:purge -- --lift HOLD        the hold is over

  --clinic  the clinic; all of them otherwise (main, for a hold)

A month that does not verify is not dropped, nor one under a hold.
`

function readWish() {
  const text = { type: 'string' } as const
  const options = {
    ...{ clinic: text, hold: text, lift: text, since: text, until: text, patient: text },
    drop: { type: 'boolean' },
  } as const
  return readArguments(usage, { options }).values
}

type Wish = ReturnType<typeof readWish>

/** The first month that must be kept. */
function firstKept(years: number, now: Date): string {
  return `${now.getUTCFullYear() - years}-${String(now.getUTCMonth() + 1).padStart(2, '0')}`
}

function yearsOf({ auditYears, auditYearsByClinic }: Config, clinic: string): number {
  const own = auditYearsByClinic.find((one) => one.startsWith(`${clinic}=`))
  return own === undefined ? auditYears : Number(own.slice(clinic.length + 1))
}

async function purge(config: Config, retention: AuditRetention, wish: Wish): Promise<number> {
  let refused = 0
  for (const tenant of await retention.tenants()) {
    if (wish.clinic !== undefined && wish.clinic !== tenant) continue
    const before = firstKept(yearsOf(config, tenant), new Date())
    for (const found of await retention.monthsBefore(tenant, before)) {
      const hold = await retention.holdOn(tenant, found.month)
      const what = `${tenant} ${found.month}: ${found.events} events`
      if (hold !== undefined) process.stdout.write(`${what} stay: ${hold.reason} (hold ${hold.id})\n`)
      else if (!wish.drop) process.stdout.write(`${what} can be dropped\n`)
      else if (await drop(config, retention, tenant, found)) process.stdout.write(`${what} dropped\n`)
      else {
        refused++
        process.stdout.write(`${what} stay: the log does not verify, see npm run audit:verify\n`)
      }
    }
  }
  return refused > 0 ? 1 : 0
}

type Found = Awaited<ReturnType<AuditRetention['monthsBefore']>>[number]

async function drop(
  config: Config,
  retention: AuditRetention,
  tenant: string,
  { month, events, from, to, last }: Found,
): Promise<boolean> {
  const keys = new KeyFolder(auditFolder(config))
  const installation = await readInstallation(config)
  const heads = new Heads(join(auditFolder(config), 'heads.json'), installation)
  await using chain = await AuditChain.open(findDatabaseUrl(config))
  const options = { keys: keys.trusted(), known: heads.known(tenant), now: new Date() }
  if ((await verifyChain(chain, tenant, options)).faults.length > 0) return false
  const fact: SecurityFact = {
    deed: 'audit-purged',
    description: `${events} events of ${month} were dropped`,
    details: { month, events: String(events) },
  }
  // Before it is done: a purge that is not in the log must not be.
  await recordCommand(config, fact, [tenant])
  const context = {
    installation,
    now: new Date(),
    key: keys.current(),
    keyOf: (kid: string) => keys.keyOf(kid),
  }
  const entries = await retention.bury(tenant, month, (head) => {
    const end = new ChainEnd(tenant, context, head.statement, head.events)
    end.bury({ month, count: events, from, to, last: statementHash(last) })
    return end.entries
  })
  heads.remember(entries)
  await heads.flush()
  return true
}

async function hold(
  config: Config,
  retention: AuditRetention,
  reason: string,
  { clinic = 'main', since, until, patient }: Wish,
): Promise<number> {
  if (
    [since, until].some((month) => !/^\d{4}-\d\d$/.test(month ?? '')) ||
    since === undefined ||
    until === undefined ||
    since > until
  )
    throw new UsageError('A hold is from a month to a month: --since 2026-01 --until 2026-12.')
  const id = randomUUID()
  await retention.placeHold({
    id,
    tenant: clinic,
    reason,
    from: since,
    to: until,
    ...(patient !== undefined && { patient }),
  })
  const fact: SecurityFact = {
    deed: 'audit-hold-changed',
    description: `Hold ${id} placed: ${reason}`,
    details: { since, until },
    ...(patient !== undefined && { patient }),
  }
  await recordCommand(config, fact, [clinic])
  process.stdout.write(`${id}\n`)
  return 0
}

async function lift(config: Config, retention: AuditRetention, id: string, clinic: string): Promise<number> {
  if (!(await retention.liftHold(clinic, id))) throw new UsageError(`${clinic} has no hold ${id}.`)
  await recordCommand(config, { deed: 'audit-hold-changed', description: `Hold ${id} lifted` }, [clinic])
  return 0
}

await runCommand(async () => {
  const wish = readWish()
  const config = readConfig(process.env)
  await using retention = await AuditRetention.open(findDatabaseUrl(config))
  if (wish.hold !== undefined) return await hold(config, retention, wish.hold, wish)
  if (wish.lift !== undefined) return await lift(config, retention, wish.lift, wish.clinic ?? 'main')
  return await purge(config, retention, wish)
}, 2)
