import { isDeepStrictEqual } from 'node:util'
import { parseJson } from '#fhir/json.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import { shippedTypes } from '#fhir/shipped/shipped-types.ts'
import { shippedTenant } from '#store/shipped-tenant.ts'
import type { Database, Reads, Transaction } from '#store/store.ts'
import { planChange } from '../plan-change.ts'
import { writeRow } from '../write-rows.ts'

export interface ShippingParts {
  readonly database: Database
  /** What the server ships now, each with its id. */
  readonly list: () => Iterable<Resource>
  /** Another one than last time: what is stored may differ from what is shipped. */
  readonly fingerprint: string
  readonly clock: () => Date
}

const setting = 'shipped definitions'
const atOnce = 400

/** Makes the stored definitions those that this server ships; new versions only of what has changed. True: it did. */
export async function shipDefinitions(parts: ShippingParts): Promise<boolean> {
  const { database, fingerprint } = parts
  if ((await database.setting(setting)) === fingerprint) return false
  const now = parts.clock()
  await database.asSystem(shippedTenant).transaction(async (tx) => {
    await tx.lock([setting])
    const gone = await listStored(tx)
    let batch: Resource[] = []
    for (const resource of parts.list()) {
      gone.delete(keyOf(resource))
      if (batch.push(resource) === atOnce) {
        await writeBatch(batch, tx, now)
        batch = []
      }
    }
    await writeBatch(batch, tx, now)
    const withdrawn = [...gone].map((key) => {
      const [type = '', id = ''] = key.split('/')
      return { type, id }
    })
    for (const before of await tx.readMany(withdrawn)) {
      const { type, id } = before
      writeRow(planChange({ clock: () => now }, { method: 'DELETE', type, id, before }), tx)
    }
  })
  await database.setSetting(setting, fingerprint)
  return true
}

async function writeBatch(resources: readonly Resource[], tx: Transaction, now: Date): Promise<void> {
  const keys = resources.map(({ resourceType, id = '' }) => ({ type: resourceType, id }))
  const stored = new Map((await tx.readMany(keys)).map((one) => [`${one.type}/${one.id}`, one]))
  for (const after of resources) {
    const before = stored.get(keyOf(after))
    if (before !== undefined && isSame(before, after)) continue
    const { resourceType: type, id = '' } = after
    const change = { method: 'PUT', type, id, after, ...(before && { before }) } as const
    writeRow(planChange({ clock: () => now }, change), tx)
  }
  await tx.flush()
}

function isSame({ deleted, text }: StoredVersion, { meta, ...after }: Resource): boolean {
  if (deleted) return false
  const { meta: _, ...before } = parseJson(text) as Resource
  return isDeepStrictEqual(before, JSON.parse(JSON.stringify(after)))
}

async function listStored(reads: Reads): Promise<Set<string>> {
  const keys = new Set<string>()
  for (const type of shippedTypes)
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const query = { types: [type], where: [], sort: [], count: 500, total: 'none', includes: [] } as const
      const page = await reads.search(cursor === undefined ? query : { ...query, cursor })
      for (const { id } of page.matches) keys.add(`${type}/${id}`)
      cursor = page.next
    }
  return keys
}

function keyOf({ resourceType, id = '' }: Resource): string {
  return `${resourceType}/${id}`
}
