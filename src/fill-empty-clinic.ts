import { createPrincipal } from '#access/create-principal.ts'
import { buildDemoClinic } from '#demo/demo-clinic.ts'
import { seedDemo } from '#demo/seed-demo.ts'
import { loadUsCoreClinic } from '#demo/us-core-clinic.ts'
import type { Definitions } from '#fhir/definitions.ts'
import type { Road } from '#interaction/walk.ts'
import type { Database } from '#store/store.ts'
import type { Config } from './config.ts'

interface EmptyClinicParts {
  readonly database: Database
  readonly road: Road
  readonly definitions: Definitions
}

/** Once: a clinic that ever held anything has a history, even when all of it is deleted. */
export async function fillEmptyClinic(config: Config, parts: EmptyClinicParts): Promise<void> {
  const { database, road, definitions } = parts
  const today = Temporal.Now.plainDateISO(config.timeZone)
  const wanted = [
    ...(config.demo ? buildDemoClinic(today, config.timeZone) : []),
    ...(config.demoUsCore ? loadUsCoreClinic() : []),
  ]
  if (wanted.length === 0) return
  const types = definitions.resourceTypes
  const { versions } = await database.asSystem('main').history({ types, count: 1, total: false })
  if (versions.length > 0) return
  const system = createPrincipal(
    { tenant: 'main', clientId: 'almanac', tokenId: 'demo', scope: 'system/*.cruds' },
    definitions,
  )
  await seedDemo(wanted, road.interact, system)
}
