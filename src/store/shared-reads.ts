import type { StoredVersion } from '#fhir/resource.ts'
import type { Connections } from './connections.ts'
import { Groups } from './groups.ts'
import { type ResourceKey, readNewest, resourceKey } from './newest-versions.ts'

/** Reads by key of callers who see all of a type: those under way together are one statement. */
export class SharedReads {
  readonly #groups: Groups<ResourceKey, StoredVersion | undefined>

  constructor(connections: Connections) {
    this.#groups = new Groups({
      most: 100,
      atOnce: 2,
      send: async (tenant, keys) => {
        const versions = await readNewest((statement) => connections.run(tenant, statement), tenant, keys)
        const found = new Map(versions.map((version) => [resourceKey(version), version]))
        return keys.map((key) => ({ status: 'fulfilled', value: found.get(resourceKey(key)) }))
      },
    })
  }

  read(tenant: string, key: ResourceKey): Promise<StoredVersion | undefined> {
    return this.#groups.join(tenant, key)
  }
}
