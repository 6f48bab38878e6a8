import { Refusal } from '#fhir/refusal.ts'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import type { Config } from './config.ts'

/** Where the server's database is, for commands that run beside the server. */
export function findDatabaseUrl(config: Pick<Config, 'databaseUrl' | 'dataFolder'>): string {
  const url = config.databaseUrl ?? findEmbeddedPostgres(config.dataFolder)
  if (url !== undefined) return url
  throw new Refusal(
    'unavailable',
    `No server runs on the data folder ${config.dataFolder}: start it with npm start.`,
  )
}
