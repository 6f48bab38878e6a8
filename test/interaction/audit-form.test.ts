import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Principal } from '#access/principal.ts'
import type { AuditFact } from '#audit/audit-fact.ts'
import { buildAuditEvent } from '#audit/build-audit-event.ts'
import { fillAuditForm } from '#interaction/audit-form.ts'
import { isEventRow } from '#store/event-row.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const callers = [
  { tokenId: 't1', clientId: 'app', roles: [] },
  { tokenId: 't2', clientId: 'App.2', fhirUser: 'Practitioner/p', patient: 'p7', roles: ['front-desk'] },
  { tokenId: 't3', clientId: 'app', fhirUser: 'Practitioner/P', roles: ['auditor'], purpose: 'BTG' },
  { tokenId: 't4', clientId: 'portal', fhirUser: 'Patient/p7', patient: 'p7', roles: [] },
  {
    tokenId: 't5',
    clientId: 'portal',
    fhirUser: 'RelatedPerson/r',
    patient: 'p7',
    roles: ['100%', 'a "b" \\'],
  },
  { tokenId: 't"6', clientId: 'app|1', roles: [] },
  { tokenId: 't7', clientId: 'https://app.example/1', roles: [] },
].map((caller) => ({ tenant: 'main', ...caller })) as unknown as readonly Principal[]

const id = fc.oneof(fc.stringMatching(/^[A-Za-z0-9.-]{1,20}$/), fc.constantFrom('p', 'p7'))
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const odd = fc.string({ minLength: 1, unit: 'grapheme-ascii' })
const facts = fc.record({
  principal: fc.constantFrom(...callers),
  when: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
  interaction: fc.constantFrom('read', 'search-type', 'create', 'update', 'operation', 'history-type'),
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  status: fc.constantFrom(200, 201, 404, 503),
  base: fc.constantFrom('http://localhost/fhir', 'https://north.example/c/100%25/fhir'),
  requestId: fc.oneof({ weight: 4, arbitrary: id }, { weight: 4, arbitrary: fc.uuid() }, odd),
  address: optional(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('fe80::1%eth0', 'FE80::1'))),
  type: optional(fc.constantFrom('Patient', 'Patient', 'Slot', 'Practitioner')),
  resourceId: optional(fc.oneof({ weight: 9, arbitrary: id }, fc.constant('a"b|c'))),
  version: optional(fc.integer({ min: 1, max: 1e6 })),
  operation: optional(fc.constant('everything')),
  patient: optional(fc.oneof({ weight: 9, arbitrary: id }, odd)),
  query: optional(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 })),
})

let counter = 0

test('an event of a form is read as if it had been built and stored whole: byte by byte, each column', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(facts, { minLength: 20, maxLength: 40 }), async (several) => {
      const events = several.map((fact): AuditFact & { principal: Principal } => ({
        ...fact,
        id: `e${++counter}`,
      }))
      await Promise.all(
        events.flatMap((fact) => [
          db.database.recordAudit('main', fillAuditForm(db.database, fact.principal, fact)),
          db.database.recordAudit('whole', buildAuditEvent(fact)),
        ]),
      )
      const differing = await db.query(
        `select to_jsonb(f) as formed, to_jsonb(w) as whole from auditevent w
         left join auditevent f on f.tenant = 'main' and f.id = w.id
         where w.tenant = 'whole' and w.id = any($1)
           and (f.text is distinct from w.text or to_jsonb(f) - $2::text[] is distinct from to_jsonb(w) - $2::text[])`,
        [events.map((fact) => fact.id), ['tenant', 'xid']],
      )
      expect(differing).toEqual([])
    }),
    { numRuns: 10 },
  )
  const [stored] = await db.query(
    `select count(form) > 60 as formed, count(*) filter (where tenant = 'main' and form is null) > 20 as whole from audit_row`,
  )
  expect(stored).toEqual({ formed: true, whole: true })
})

test('ordinary requests are filled in, ids that need an escape are not', () => {
  const [caller] = callers as [Principal]
  const fact = { principal: caller, id: 'e1', when: new Date(), interaction: 'read', method: 'GET' }
  const read = { ...fact, status: 200, base: 'http://localhost/fhir', requestId: 'Req-1', type: 'Patient' }
  expect(isEventRow(fillAuditForm(db.database, caller, { ...read, resourceId: 'p1' }))).toBe(true)
  expect(isEventRow(fillAuditForm(db.database, caller, { ...read, resourceId: 'p"1' }))).toBe(false)
})

test('who, what, when and from where make no further forms, and no form knows them', async () => {
  const before = await db.query('select id from audit_form')
  for (const n of [1, 2, 3]) {
    const principal = {
      ...callers[1],
      clientId: `app-${n}`,
      tokenId: `token-${n}`,
      fhirUser: `Practitioner/doctor-${n}`,
      patient: `patient-${n}`,
    } as unknown as Principal
    const fact: AuditFact = {
      principal,
      id: `alike-${n}`,
      when: new Date(),
      interaction: 'search-type',
      method: 'GET',
      status: 200,
      base: 'http://localhost/fhir',
      requestId: `request-${n}`,
      address: `10.0.0.${n}`,
      type: 'Encounter',
      query: [['patient', `patient-${n}`]],
    }
    await db.database.recordAudit('main', fillAuditForm(db.database, principal, fact))
  }
  const forms = await db.query<{ id: string; said: string }>(
    'select id, to_jsonb(f)::text as said from audit_form f',
  )
  expect(forms).toHaveLength(before.length + 1)
  expect(
    forms.filter(({ said }) => /doctor-|patient-\d|token-|request-|app-|10\.0\.0|alike/.test(said)),
  ).toEqual([])
})
