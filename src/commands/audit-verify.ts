import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ExportedChain } from '#audit/seals/exported-chain.ts'
import { Heads } from '#audit/seals/heads.ts'
import { readTrustedKeys } from '#audit/seals/key-folder.ts'
import { type KnownHead, type Verdict, verifyChain } from '#audit/seals/verify-chain.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { createEventExtraction, type EventExtraction } from '#store/event-columns.ts'
import { clinicBases } from '../clinic-bases.ts'
import { type Config, readConfig } from '../config.ts'
import { auditFolder } from '../join-audit.ts'
import { isDatabase, witnessedHeads } from '../join-witnesses.ts'
import { readArguments, runCommand, UsageError } from './command.ts'
import { findDatabaseUrl } from './command-database.ts'
import { readInstallation } from './read-installation.ts'
import { recordCommand } from './record-command.ts'

const usage = `Proves that the audit trail is whole, or says where it breaks first.

  npm run audit:verify                        the server's own database, all clinics
  npm run audit:verify -- --clinic main       one of them
  npm run audit:verify -- --export FOLDER     an export, without any database

  --keys FOLDER     public keys (*.pub.pem) to trust; the server's own key folder otherwise, the export's last of all
  --witness WHERE   what a witness kept, the file of its lines or the postgres:// of its database: nothing of it may be missing
  --no-columns      without comparing what searches go by with what the events say: in about half the time
  --json            a line of JSON for each clinic

Ends with 0 when all is whole, with 1 when something is broken.
`

function readWish() {
  const text = { type: 'string' } as const
  const options = {
    ...{ clinic: text, export: text, keys: text, witness: text },
    json: { type: 'boolean' },
    'no-columns': { type: 'boolean' },
  } as const
  return readArguments(usage, { options }).values
}

type Wish = ReturnType<typeof readWish>

async function verifyDatabase(config: Config, wish: Wish): Promise<readonly Verdict[]> {
  const folder = auditFolder(config)
  const keys = readTrustedKeys(wish.keys ?? folder)
  const installation = await readInstallation(config)
  const heads = new Heads(join(folder, 'heads.json'), installation)
  const witnessed = await readWitness(wish.witness, installation)
  const extraction = wish['no-columns'] === true ? undefined : extractionOf(config)
  await using chain = await AuditChain.open(findDatabaseUrl(config), extraction)
  const tenants = new Set([...(await chain.tenants()), ...heads.tenants()])
  const verdicts: Verdict[] = []
  for (const tenant of tenants) {
    if (wish.clinic !== undefined && wish.clinic !== tenant) continue
    const known = newest(heads.known(tenant), witnessed.get(tenant))
    verdicts.push(await verifyChain(chain, tenant, { keys, known, now: new Date() }))
  }
  for (const { tenant, faults } of verdicts) {
    const description = faults[0]?.sentence ?? 'The audit trail is whole.'
    const failure = faults.length > 0 ? { failure: 'The audit trail is broken' } : {}
    await recordCommand(config, { deed: 'audit-verified', description, ...failure }, [tenant])
  }
  return verdicts
}

/** As the server and the reindexing of this configuration fill columns. */
function extractionOf(config: Config): EventExtraction {
  return createEventExtraction(loadDefinitions(), (tenant) => ({
    localBases: clinicBases(config, config.port, tenant),
    timeZone: config.timeZone,
  }))
}

async function verifyExport(config: Config, folder: string, wish: Wish): Promise<readonly Verdict[]> {
  const own = auditFolder(config)
  const keys = readTrustedKeys(wish.keys ?? (existsSync(join(own, 'current')) ? own : join(folder, 'keys')))
  const chain = await ExportedChain.open(folder)
  const witnessed = await readWitness(wish.witness, chain.installation)
  const known = newest(chain.head, witnessed.get(chain.tenant))
  return [await verifyChain(chain, chain.tenant, { keys, known, now: chain.exported })]
}

async function readWitness(
  witness: string | undefined,
  installation: string,
): Promise<ReadonlyMap<string, KnownHead>> {
  if (witness === undefined) return new Map()
  return witnessedHeads(witness, installation).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error
    const what = isDatabase(witness) ? 'database' : `file ${witness}`
    throw new UsageError(`The witness's ${what} cannot be read (${error.code}).`)
  })
}

function newest(a: KnownHead | undefined, b: KnownHead | undefined): KnownHead | undefined {
  return (b?.number ?? -1) > (a?.number ?? -1) ? b : a
}

function showLine(verdict: Verdict): void {
  process.stdout.write(`${JSON.stringify({ ...verdict, buried: Object.fromEntries(verdict.buried) })}\n`)
}

function show({ tenant, events, entries, head, unsealed, buried, faults }: Verdict): void {
  const state =
    faults.length === 0 ? 'whole' : `BROKEN, ${faults.length} ${faults.length === 1 ? 'place' : 'places'}`
  const end = head.number < 0 ? 'no seal yet' : `last entry ${head.number} of ${head.time}`
  process.stdout.write(`${tenant}: ${state}. ${events} events sealed by ${entries} entries, ${end}.\n`)
  for (const [month, count] of buried)
    process.stdout.write(`  ${month}: ${count} events dropped, with tombstone\n`)
  if (unsealed > 0) process.stdout.write(`  ${unsealed} events wait to be sealed\n`)
  for (const { kind, sequence, sentence } of faults)
    process.stdout.write(`  ${kind}${sequence === undefined ? '' : ` (event ${sequence})`}: ${sentence}\n`)
}

await runCommand(async () => {
  const wish = readWish()
  const config = readConfig(process.env)
  const verdicts =
    wish.export === undefined
      ? await verifyDatabase(config, wish)
      : await verifyExport(config, wish.export, wish)
  verdicts.forEach(wish.json ? showLine : show)
  return verdicts.some(({ faults }) => faults.length > 0) ? 1 : 0
}, 2)
