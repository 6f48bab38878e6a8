import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { startEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { migrate } from '#store/migrate.ts'
import { dumpSchema } from '#store/schema-dump.ts'
import { migrationFolders } from '../src/migration-folders.ts'

const folder = mkdtempSync(join(tmpdir(), 'almanac-schema-'))
const postgres = await startEmbeddedPostgres(folder, { fsync: 'off' })
try {
  const definitions = loadDefinitions()
  await migrate({ url: postgres.url, definitions, folders: migrationFolders })
  const schema = await dumpSchema(postgres.url, definitions.resourceTypes)
  writeFileSync(new URL('../test/schema.sql', import.meta.url), schema)
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
