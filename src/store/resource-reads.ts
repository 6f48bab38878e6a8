import type { StoredVersion } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { auditMonths } from './audit-months.ts'
import { type ResourceKey, readNewest, resourceKey } from './newest-versions.ts'
import { quoted } from './quoted.ts'
import type { Run } from './run.ts'
import { storedVersion, type VersionRow } from './version-row.ts'

/**
 * SQL that holds for the rows of `type` under `alias` which the viewer may see. Its values are pushed onto `values`, where
 * the clinic comes first.
 */
export type Visibility = (viewer: Viewer, type: string, alias: string, values: unknown[]) => string

/** The newest version by key, however the statement is sent. */
export type Newest = (key: ResourceKey) => Promise<StoredVersion | undefined>

/** Reads by key. Who sees all of a type is answered from its history alone, by primary key. */
export class ResourceReads {
  readonly #viewer: Viewer
  readonly #run: Run
  readonly #visibility: Visibility
  readonly #newest: Newest

  constructor(viewer: Viewer, run: Run, visibility: Visibility, newest: Newest) {
    this.#viewer = viewer
    this.#run = run
    this.#visibility = visibility
    this.#newest = newest
  }

  async read(type: string, id: string): Promise<StoredVersion | undefined> {
    const visible = this.#viewer.visible(type)
    if (visible === 'nothing') return undefined
    if (type === 'AuditEvent') return this.#readEvent(id)
    if (visible === 'all') return this.#newest({ type, id })
    return (await this.#readVisible(type, [id]))[0]
  }

  async readMany(keys: readonly ResourceKey[]): Promise<readonly StoredVersion[]> {
    const all: ResourceKey[] = []
    const some = new Map<string, string[]>()
    const events: ResourceKey[] = []
    for (const key of distinctKeys(keys)) {
      const visible = this.#viewer.visible(key.type)
      if (visible === 'nothing') continue
      if (key.type === 'AuditEvent') events.push(key)
      else if (visible === 'all') all.push(key)
      else some.set(key.type, [...(some.get(key.type) ?? []), key.id])
    }
    const found = await Promise.all([
      all.length === 0 ? [] : readNewest(this.#run, this.#viewer.tenant, all),
      ...[...some].map(([type, ids]) => this.#readVisible(type, ids)),
      ...events.map(async ({ id }) => (await this.#readEvent(id)) ?? []),
    ])
    return found.flat()
  }

  /** Limited viewers see earlier versions of what they see now, and no deleted ones. */
  async vread(type: string, id: string, version: number): Promise<StoredVersion | undefined> {
    const visible = this.#viewer.visible(type)
    if (visible === 'nothing' || version > mostVersions) return undefined
    if (type === 'AuditEvent') return version === 1 ? this.#readEvent(id) : undefined
    const values: unknown[] = [this.#viewer.tenant, type, id, version]
    const text = `select h.id, h.version, h.updated, h.deleted, h.method, h.text from history h
      where h.tenant = $1 and h.type = $2 and h.id = $3 and h.version = $4`
    if (visible === 'all') return this.#one(type, { text, values })
    const predicate = this.#visibility(this.#viewer, type, 'r', values)
    return this.#one(type, {
      text: `${text} and not h.deleted and exists (select from ${quoted(type.toLowerCase())} r where r.tenant = $1 and r.id = $3 and ${predicate})`,
      values,
    })
  }

  async #readVisible(type: string, ids: readonly string[]): Promise<readonly StoredVersion[]> {
    const values: unknown[] = [this.#viewer.tenant, ids]
    const predicate = this.#visibility(this.#viewer, type, 'r', values)
    const rows = await this.#run<VersionRow>({
      text: `select r.id, r.version, r.updated, false as deleted, r.method, r.text
        from ${quoted(type.toLowerCase())} r where r.tenant = $1 and r.id = any($2::text[]) and ${predicate}`,
      values,
    })
    return rows.map((row) => storedVersion(type, row))
  }

  #readEvent(id: string): Promise<StoredVersion | undefined> {
    const values: unknown[] = [this.#viewer.tenant, id]
    const months = auditMonths(id, values)
    const predicate =
      this.#viewer.visible('AuditEvent') === 'all'
        ? ''
        : ` and ${this.#visibility(this.#viewer, 'AuditEvent', 'r', values)}`
    return this.#one('AuditEvent', {
      text: `select r.id, r.version, r.updated, false as deleted, 'POST' as method, r.text from auditevent r
        where r.tenant = $1 and r.id = $2${months}${predicate}`,
      values,
    })
  }

  async #one(
    type: string,
    statement: { text: string; values: readonly unknown[] },
  ): Promise<StoredVersion | undefined> {
    const [row] = await this.#run<VersionRow>(statement)
    return row === undefined ? undefined : storedVersion(type, row)
  }
}

/** PostgreSQL's integer; a client may ask for any number. */
const mostVersions = 2_147_483_647

function distinctKeys(keys: readonly ResourceKey[]): Iterable<ResourceKey> {
  return new Map(keys.map((key) => [resourceKey(key), key])).values()
}
