import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { openDatabase } from '#store/open-database.ts'
import type { Database } from '#store/store.ts'
import { clinicBases } from '../clinic-bases.ts'
import type { Config } from '../config.ts'

/** Where the server's database is, for commands that run beside the server. */
export function findDatabaseUrl(config: Pick<Config, 'databaseUrl' | 'dataFolder'>): string {
  const url = config.databaseUrl ?? findEmbeddedPostgres(config.dataFolder)
  if (url !== undefined) return url
  throw new Refusal(
    'unavailable',
    `No server runs on the data folder ${config.dataFolder}: start it with npm start.`,
  )
}

/** The server's own database, as the server sees it. */
export async function openCommandDatabase(config: Config): Promise<Database> {
  const url = findDatabaseUrl(config)
  try {
    return await openDatabase({
      url,
      definitions: loadDefinitions(),
      poolSize: 2,
      localBases: (tenant) => clinicBases(config, config.port, tenant),
      timeZone: () => config.timeZone,
      onFault: (sentence) => process.stderr.write(`${sentence}\n`),
    })
  } catch (cause) {
    throw new Refusal(
      'unavailable',
      'The database does not answer, or no server has set it up yet: run npm start once, or correct DATABASE_URL.',
      { cause },
    )
  }
}
