import type { Config } from '../config.ts'
import { installationOf } from '../join-audit.ts'
import { openCommandDatabase } from './command-database.ts'

/** Which installation this is: seals of another one are none of its own. */
export async function readInstallation(config: Config): Promise<string> {
  await using database = await openCommandDatabase(config)
  return await installationOf(database)
}
