import { parseArgs } from 'node:util'
import { KeyFolder } from '#audit/seals/key-folder.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { openDatabase } from '#store/open-database.ts'
import { clinicBases } from './clinic-bases.ts'
import { runOrExplain } from './command.ts'
import { type Config, readConfig } from './config.ts'
import { findDatabaseUrl } from './connection.ts'
import { auditFolder, installationOf, joinSecurityLog } from './join-audit.ts'

/** What the commands of the audit trail share: `--name value` for each name, `--name` for each flag. */
export function readArguments<Name extends string, Flag extends string>(
  usage: string,
  names: readonly Name[],
  flags: readonly Flag[],
): Partial<Record<Name, string>> & Partial<Record<Flag, boolean>> {
  try {
    const options = Object.fromEntries([
      ...names.map((name) => [name, { type: 'string' }] as const),
      ...flags.map((name) => [name, { type: 'boolean' }] as const),
    ]) as Record<string, { type: 'string' | 'boolean' }>
    return parseArgs({ args: process.argv.slice(2), options }).values as never
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`)
    process.exit(2)
  }
}

/** Ends with 0, with what `run` answers, or with 1 and a sentence. */
export async function runCommand(run: (config: Config) => Promise<number>): Promise<void> {
  await runOrExplain(async () => {
    process.exitCode = await run(readConfig(process.env))
  }, 2)
}

/** What the commands do to the log is in the log. */
export async function recordCommand(config: Config, facts: ReadonlyMap<string, SecurityFact>): Promise<void> {
  await using database = await openDatabase({
    url: findDatabaseUrl(config),
    definitions: loadDefinitions(),
    poolSize: 1,
    localBases: (tenant) => clinicBases(config, config.port, tenant),
    timeZone: () => config.timeZone,
    onFault: (sentence) => process.stderr.write(`${sentence}\n`),
  })
  const log = joinSecurityLog(config, database, () => config.port)
  for (const [tenant, fact] of facts)
    await log.record(tenant, { ...fact, user: { account: operator() }, purpose: 'HSYSADMIN' })
}

export async function readInstallation(config: Config): Promise<string> {
  await using database = await openDatabase({
    url: findDatabaseUrl(config),
    definitions: loadDefinitions(),
    poolSize: 1,
    localBases: () => [],
    timeZone: () => config.timeZone,
    onFault: (sentence) => process.stderr.write(`${sentence}\n`),
  })
  return await installationOf(database)
}

export function openKeyFolder(config: Config): KeyFolder {
  return new KeyFolder(auditFolder(config))
}

/** Who runs commands is known to the machine alone. */
export function operator(): string {
  return (
    process.env.SUDO_USER ?? process.env.USER ?? process.env.LOGNAME ?? `uid ${process.getuid?.() ?? '?'}`
  )
}
