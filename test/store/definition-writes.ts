import { onTestFinished } from 'vitest'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { openDatabase } from '#store/open-database.ts'
import type { Database } from '#store/store.ts'
import { createTestDatabase } from '../support/database.ts'

/** A database with two servers on it. */
export async function createDatabase() {
  const opened = await createTestDatabase()
  onTestFinished(() => opened.drop())
  const faults: string[] = []
  const other = await openDatabase({
    url: opened.url,
    definitions: loadDefinitions(),
    poolSize: 2,
    localBases: () => [],
    timeZone: () => 'Europe/Berlin',
    onFault: (sentence) => faults.push(sentence),
  })
  onTestFinished(() => other.close())
  return { database: opened.database, other, faults, query: opened.query }
}

export function put(database: Database, tenant: string, resource: Resource & { id: string }): Promise<void> {
  return database.asSystem(tenant).transaction(async (tx) => {
    const { resourceType: type, id } = resource
    const content = { resource, text: JSON.stringify(resource) }
    tx.write({ method: 'PUT', type, id, version: 1, updated: new Date(), content })
  })
}
