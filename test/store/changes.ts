import { randomUUID } from 'node:crypto'
import type { Resource } from '../../src/fhir/resource.ts'
import type { EventRow } from '../../src/store/event-row.ts'
import type { Database, RowChange, Store } from '../../src/store/store.ts'

/** The next version of a resource, as the road hands it to the store. */
export function changeTo(resource: Resource & { id: string }, version = 1, updated = new Date()): RowChange {
  const meta = { ...resource.meta, versionId: String(version), lastUpdated: updated.toISOString() }
  const full = { ...resource, meta }
  return {
    method: version === 1 ? 'POST' : 'PUT',
    type: resource.resourceType,
    id: resource.id,
    version,
    updated,
    content: { resource: full, text: JSON.stringify(full) },
  }
}

export function deletionOf(type: string, id: string, version: number, updated = new Date()): RowChange {
  return { method: 'DELETE', type, id, version, updated }
}

export function patient(id: string, family = 'Müller', rest: object = {}): Resource & { id: string } {
  return {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'urn:clinic', value: `N-${id}` }],
    name: [{ family, given: ['Anna'] }],
    gender: 'female',
    birthDate: '1974-12-25',
    ...rest,
  }
}

export function auditEvent(id: string = randomUUID(), recorded = new Date()): Resource {
  return {
    resourceType: 'AuditEvent',
    id,
    meta: { versionId: '1', lastUpdated: recorded.toISOString() },
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    action: 'R',
    recorded: recorded.toISOString(),
    agent: [{ who: { reference: 'Practitioner/1' }, requestor: true }],
    source: { observer: { display: 'test' } },
  }
}

/** What the server makes of most requests: an event that has a form in common with others. */
export function formedEvent(
  database: Database,
  tenant: string,
  id: string = randomUUID(),
  recorded = new Date(),
  practitioner = '1',
): EventRow {
  const when = new Date('1999-09-09T09:09:09.090Z')
  const sample = {
    ...auditEvent('zId', when),
    agent: [{ requestor: true, who: { reference: 'Practitioner/zUser' } }],
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
  }
  const after = (date: Date) => new Date(date.getTime() + 1).toISOString()
  const form = database.eventForm(tenant, sample, ['zId', when.toISOString(), after(when), 'zUser'])
  if (form === undefined) throw new Error('Such events have no form')
  return form.fill([id, recorded.toISOString(), after(recorded), practitioner])
}

export async function write(store: Store, ...changes: readonly RowChange[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const change of changes) tx.write(change)
  })
}
