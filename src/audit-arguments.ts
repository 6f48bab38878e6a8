import { parseArgs } from 'node:util'
import { KeyFolder } from '#audit/seals/key-folder.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { openDatabase } from '#store/open-database.ts'
import { clinicBases } from './clinic-bases.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { findDatabaseUrl } from './connection.ts'
import { auditFolder, installationOf, joinSecurityLog } from './join-audit.ts'

export class UsageError extends Error {}

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
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
}

/** Ends with 0, with what `run` answers, or with 1 and a sentence. */
export async function runCommand(run: (config: Config) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run(readConfig(process.env))
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError || error instanceof Refusal))
      throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
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
