import type { StoredVersion } from '#fhir/resource.ts'
import type { Run } from './run.ts'
import { storedVersion, type VersionRow } from './version-row.ts'

export interface ResourceKey {
  readonly type: string
  readonly id: string
}

export function resourceKey({ type, id }: ResourceKey): string {
  return `${type}/${id}`
}

/** The newest versions by the primary key of the history, deleted ones too; unknown ones are left out. */
export async function readNewest(
  run: Run,
  tenant: string,
  keys: readonly ResourceKey[],
): Promise<readonly StoredVersion[]> {
  const distinct = [...new Map(keys.map((key) => [resourceKey(key), key])).values()]
  const rows = await run<VersionRow & { type: string }>({
    text: newest,
    values: [tenant, distinct.map(({ type }) => type), distinct.map(({ id }) => id)],
  })
  return rows.map((row) => storedVersion(row.type, row))
}

const newest = `select k.type, h.id, h.version, h.updated, h.deleted, h.method, h.text
  from unnest($2::text[], $3::text[]) k(type, id)
  cross join lateral (
    select * from history h where h.tenant = $1 and h.type = k.type and h.id = k.id order by h.version desc limit 1) h`
