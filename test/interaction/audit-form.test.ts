import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Principal } from '#access/principal.ts'
import type { AuditFact } from '#audit/audit-fact.ts'
import { buildAuditEvent } from '#audit/build-audit-event.ts'
import { createExtractor } from '#fhir/extract.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { fillAuditForm } from '#interaction/audit-form.ts'
import { EventForm } from '#store/event-form.ts'
import { eventRow, isEventRow } from '#store/event-row.ts'
import { RowEncoding } from '#store/row-encoding.ts'
import type { Database } from '#store/store.ts'
import { deriveTables } from '#store/type-tables.ts'

const definitions = loadDefinitions()
const encoding = new RowEncoding(deriveTables(definitions), createExtractor(definitions))
const context = { localBases: ['http://localhost/fhir'], timeZone: 'UTC' }
const database = {
  eventForm: (_tenant, sample, marks) => new EventForm(sample, marks, encoding, context),
} as Pick<Database, 'eventForm'> as Database
const callers = [
  { tenant: 'main', clientId: 'app|1', tokenId: 't"1' },
  { tenant: 'main', clientId: 'app', tokenId: 't2', fhirUser: 'Practitioner/p', patient: 'p7' },
] as unknown as readonly Principal[]

const id = fc.stringMatching(/^[A-Za-z0-9.-]{1,20}$/)
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const facts = fc.record({
  principal: fc.constantFrom(...callers),
  id,
  when: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
  interaction: fc.constantFrom('read', 'search-type', 'create', 'update', 'operation', 'history-type'),
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  status: fc.constantFrom(200, 201, 404, 503),
  base: fc.constantFrom('http://localhost/fhir', 'https://north.example/c/north/fhir'),
  requestId: fc.oneof(id, fc.string({ minLength: 1 })),
  address: optional(fc.ipV4()),
  type: optional(fc.constantFrom('Patient', 'Slot')),
  resourceId: optional(fc.oneof(id, fc.constant('a"b|c'))),
  version: optional(fc.integer({ min: 1, max: 1e6 })),
  operation: optional(fc.constant('everything')),
  patient: optional(fc.oneof(id, fc.string({ minLength: 1 }))),
  query: optional(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 })),
})

test('a filled form is the event as it would have been built, byte by byte, and has its columns', () => {
  fc.assert(
    fc.property(facts, (fact: AuditFact & { principal: Principal }) => {
      const built = buildAuditEvent(fact)
      const filled = fillAuditForm(database, fact.principal, fact)
      if (!isEventRow(filled)) {
        expect(filled).toEqual(built)
        return
      }
      const { text, v, ...columns } = JSON.parse(`{${filled.shared},${filled.own}}`)
      expect(
        text.replace(/%(?:%|(\d+)\$s)/g, (_: string, at?: string) => (at ? v[Number(at) - 1] : '%')),
      ).toBe(JSON.stringify(built))
      const { v: _, ...expected } = JSON.parse(`{${eventRow(built, encoding, context).own}}`)
      expect(columns).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

test('ordinary requests are filled in, ids that need an escape are not', () => {
  const [caller] = callers as [Principal]
  const fact = { principal: caller, id: 'e1', when: new Date(), interaction: 'read', method: 'GET' }
  const read = { ...fact, status: 200, base: 'http://localhost/fhir', requestId: 'Req-1', type: 'Patient' }
  expect(isEventRow(fillAuditForm(database, caller, { ...read, resourceId: 'p1' }))).toBe(true)
  expect(isEventRow(fillAuditForm(database, caller, { ...read, resourceId: 'p"1' }))).toBe(false)
})
