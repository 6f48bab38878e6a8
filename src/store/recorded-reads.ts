import type { StoredVersion } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import { auditTable } from './audit-tables.ts'
import type { Connections } from './connections.ts'
import type { EventRow } from './event-row.ts'
import { Groups } from './groups.ts'
import { type ResourceKey, resourceKey } from './newest-versions.ts'
import { translateError } from './postgres-errors.ts'
import type { RowEncoding } from './row-encoding.ts'
import type { RecordedRead, Store } from './store.ts'
import { rememberForms, type StoredForms } from './stored-forms.ts'
import type { TypeTable } from './type-tables.ts'
import { showTo } from './veiled-reads.ts'
import { storedVersion, type VersionRow } from './version-row.ts'
import { formedRow, insertForms } from './write-statement.ts'

/** Stands in a foreseen event for the version that will be found; no other value of an event that has a form can be it. */
export const foundVersion = '?'

interface ForeseenRead {
  readonly key: ResourceKey
  readonly event: EventRow
}

/**
 * Reads by key together with their events: one statement and one commit for all that are under way, where a look-up and then an event
 * are two (docs/decisions/0034-reads-with-their-events.md). What is not there, or deleted, leaves no event; nor does what is no
 * Patient and names one.
 */
export class RecordedReads {
  readonly #groups: Groups<ForeseenRead, RecordedRead>

  constructor(connections: Connections, encoding: RowEncoding, forms: StoredForms) {
    const events = encoding.table('AuditEvent')
    const texts = { known: readText(events, false), fresh: readText(events, true) }
    this.#groups = new Groups({
      most: 100,
      // While one is committed the answers of the one before go out, and what comes in gathers.
      atOnce: 1,
      send: async (tenant, reads) => {
        const { known } = forms
        const fresh = new Map<string, string>()
        for (const { form } of reads.map(({ event }) => event))
          if (form !== undefined && !known.has(form)) fresh.set(form.id, form.row)
        const rows = await connections.run<VersionRow & { type: string; told: boolean }>(tenant, {
          text: fresh.size > 0 ? texts.fresh : texts.known,
          values: [
            tenant,
            reads.map(({ key }) => key.type),
            reads.map(({ key }) => key.id),
            `[${reads.map(({ event }) => `{${event.own}}`).join(',')}]`,
            ...(fresh.size > 0 ? [`[${[...fresh.values()].join(',')}]`] : []),
          ],
        })
        rememberForms(
          known,
          reads.map(({ event }) => event),
        )
        const found = new Map(
          rows.map((row) => [resourceKey(row), { stored: storedVersion(row.type, row), recorded: row.told }]),
        )
        return reads.map(({ key }) => ({
          status: 'fulfilled',
          value: found.get(resourceKey(key)) ?? nothing,
        }))
      },
    })
  }

  /** For whoever sees all of a type, or just what they ask for by its id: which row it is does not depend on what it says. */
  openFor(viewer: Viewer): Store['readRecorded'] {
    const show = showTo(viewer)
    return (type, id, foresee) => {
      const visible = viewer.visible(type)
      if (visible !== 'all' && !isNamed(visible, id)) return undefined
      const event = foresee()
      return event && this.#read(viewer.tenant, { key: { type, id }, event }, visible === 'all', show)
    }
  }

  async #read(
    tenant: string,
    read: ForeseenRead,
    seesDeleted: boolean,
    show: (stored: StoredVersion) => StoredVersion,
  ): Promise<RecordedRead> {
    try {
      const { stored, recorded } = await this.#groups.join(tenant, read)
      if (stored === undefined || (stored.deleted && !seesDeleted)) return nothing
      return { stored: show(stored), recorded }
    } catch (error) {
      throw translateError(error)
    }
  }
}

const nothing: RecordedRead = { stored: undefined, recorded: false }

function isNamed(visible: ReturnType<Viewer['visible']>, id: string): boolean {
  return typeof visible === 'object' && visible.kind === 'id' && visible.ids.includes(id)
}

function readText(events: TypeTable, fresh: boolean): string {
  const { own, fields } = formedRow(events)
  const told = own.map((name) => (name === 'v' ? `array_replace(v, '${foundVersion}', found::text)` : name))
  return `with r as materialized (
    select k.*, h.id as key, h.version as found, h.updated as since, h.deleted, h.method, h.text,
      not h.deleted and (k.type = 'Patient' or strpos(h.text, 'Patient/') = 0) as told
    from rows from (json_to_recordset($4::json) as (${fields}), unnest($2::text[]), unnest($3::text[])) k(${own.join(', ')}, type, of)
    cross join lateral (
      select * from history h where h.tenant = $1 and h.type = k.type and h.id = k.of order by h.version desc limit 1) h),
  ${fresh ? `f as (${insertForms('$5')}),` : ''}
  e as (insert into ${auditTable} (tenant, version, ${own.join(', ')}) select $1, 1, ${told.join(', ')} from r where told)
  select type, key as id, found as version, since as updated, deleted, method, text, told from r`
}
